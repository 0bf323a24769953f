/** More of one message is pasted material; retrieval finds it, a summary of facts does not need it. */
const MAX_SENTENCES = 1000
const MAX_CHARACTERS = 240

/** A quoted line repeats what is remembered from where it was said. */
const QUOTED = /^\s*>/u

const LINE_BREAKS = /[\r\n\v\f\u0085\u2028\u2029]+/u
const SENTENCE_END = /(?<=[.!?…]["')\]]?)\s+|(?<=[。！？])/u
const GREETING =
  /^(?:hi|hello|hey|hiya|heya|yo|good (?:morning|afternoon|evening)|greetings|thanks|thank you|ok|okay|well|so)(?: there| all| everyone| again)?(?:[,!.…]+\s*|\s+)(?=\S)/iu

/** The sentences of a message as plain text: no code blocks, no quoted lines, no Markdown marks, no leading greeting, none too long. */
export function sentencesOf(content: string): string[] {
  return content
    .slice(0, MAX_SENTENCES * MAX_CHARACTERS)
    .replace(/```[^`]*```/gu, '\n')
    .split(LINE_BREAKS)
    .filter((line) => !QUOTED.test(line))
    .flatMap((line) => plainLine(line).split(SENTENCE_END))
    .map((sentence) => shorten(withoutGreeting(sentence.trim())))
    .filter((sentence) => isTelling(sentence))
    .slice(0, MAX_SENTENCES)
}

/** One short word alone ("I", "ok") is the stump of something. */
function isTelling(sentence: string): boolean {
  return (
    /[\p{L}\p{N}]{3}|\p{N}|[\p{L}\p{N}]+[^\p{L}\p{N}]+[\p{L}\p{N}]|[^\p{ASCII}]/u.test(sentence) &&
    /[\p{L}\p{N}]/u.test(sentence)
  )
}

function plainLine(line: string): string {
  return line
    .replace(/^[\s#|*+-]+(?=\s)/u, '')
    .replace(/\*\*|__|`/gu, '')
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
}

function withoutGreeting(sentence: string): string {
  const rest = sentence.replace(GREETING, '')
  return rest.length > 1 ? rest : sentence
}

function shorten(sentence: string): string {
  if (sentence.length <= MAX_CHARACTERS) return sentence
  const cut = sentence.slice(0, MAX_CHARACTERS)
  const space = cut.lastIndexOf(' ')
  return (space > 0 ? cut.slice(0, space) : cut).replace(/[\ud800-\udbff]$/u, '')
}
