import { STOP_WORDS } from './stop-words.ts'

/** More terms than this make a full-text query slow and hardly better. */
const MAX_TERMS = 48
/** A longer "word" is an encoded blob, not something that a person asks for. */
const MAX_TERM_LENGTH = 64

/** Scripts that are written without spaces between words: the unit is the character, and pairs of them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u

/**
 * The content words of a question, for an OR query in a full-text index that stems (FTS5 porter): lower-case, unique,
 * in order of appearance, stop words left out, numbers and codes kept ("XK-42" as "xk" and "42": the index splits it
 * the same way). Text in unspaced scripts gives its whole run first, then its pairs of characters.
 *
 * A question about the person is answered by a statement that shares no content word with it ("whats my name?" ←
 * "hi im bob"), so such questions add the openings that those statements have; see `EXPANSIONS`.
 */
export function searchTerms(text: string): string[] {
  const words = wordsOf(text)
  const content = words.filter((word) => !STOP_WORDS.has(word))
  return [...new Set([...content, ...expansions(words.join(' '))])].slice(0, MAX_TERMS)
}

/** Lower-case words of a text, in order, stop words included; apostrophes are closed up ("what's" → "whats"). */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’ʼ`´]/g, '')
  const runs = plain.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return runs.flatMap((run) => (UNSPACED.test(run) ? unspacedUnits(run) : [run.slice(0, MAX_TERM_LENGTH)]))
}

/**
 * The text with each run of an unspaced script followed by its pairs of characters, so that an index of words finds a
 * part of it by the terms that `searchTerms` gives.
 */
export function spaceOut(text: string): string {
  if (!UNSPACED.test(text)) return text
  return text.normalize('NFKC').replace(/[\p{L}\p{N}\p{M}]+/gu, (run) => {
    const characters = UNSPACED.test(run) ? [...run] : []
    return characters.length > 2 ? [run, ...pairsOf(characters)].join(' ') : run
  })
}

const pairsOf = (characters: string[]) =>
  characters.slice(1).map((character, index) => `${characters[index]}${character}`)

function unspacedUnits(run: string): string[] {
  const characters = [...run]
  if (characters.length <= 2) return [run]
  const pairs = pairsOf(characters)
  return characters.length <= 8 ? [run, ...pairs] : pairs
}

/**
 * Which statements answer which question, in general terms and not for any one test: the pattern runs over the
 * question's lower-case words joined by spaces; the terms are the words with which people say such things of
 * themselves. Some of them are stop words otherwise ("im"), which is the point. "i'm" is a term of two tokens: quoted, as a
 * full-text query must quote every term, it is a phrase.
 */
const EXPANSIONS: readonly { asks: RegExp; terms: readonly string[] }[] = [
  {
    asks: /\b(my|your) (first |last |full |sur)?name\b|\bwho am i\b|\bam i called\b|\bcall me\b/,
    terms: ['name', 'im', "i'm", 'am', 'call', 'called'],
  },
  { asks: /\bwho are you\b|\byour name\b|\bare you called\b/, terms: ['im', "i'm", 'am', 'name'] },
  {
    asks: /\b(where|which (city|town|country)).*\b(i|we) (live|from|stay|reside|based)|\b(am i|are we) (from|living|based)\b|\bmy (address|home|hometown|city|town|country)\b/,
    terms: ['live', 'living', 'moved', 'from', 'based', 'home', 'address'],
  },
  {
    asks: /\bhow old\b|\bmy (age|birthday|birth date|date of birth)\b|\b(was|were) (i|we) born\b/,
    terms: ['old', 'years', 'age', 'birthday', 'born', 'turned', 'turning'],
  },
  {
    asks: /\b(i|we) (do|work)\b.*\b(work|living|job|for)\b|\bmy (job|work|profession|occupation|employer|company|boss)\b|\bwhere do i work\b/,
    terms: ['work', 'job', 'employed', 'company', 'am', 'im'],
  },
  {
    asks: /\b(do|did|would) (i|we) (like|love|enjoy|prefer|want|hate|dislike)\b|\bmy (favou?rites?|preferences?|taste|hobb(y|ies)|interests?)\b/,
    terms: ['like', 'love', 'enjoy', 'prefer', 'favorite', 'favourite', 'hate', 'dislike'],
  },
  {
    asks: /\b(can|may|should|do) i (not )?(eat|drink|have)\b|\bmy (diet|allerg(y|ies))\b|\bam i allergic\b|\bfor (dinner|lunch|breakfast)\b/,
    terms: ['allergic', 'allergy', 'vegetarian', 'vegan', 'eat', 'diet'],
  },
  {
    asks: /\bmy (wife|husband|spouse|partner|girlfriend|boyfriend|kids?|children|son|daughter|sister|brother|mother|father|mom|mum|dad|parents|family|dog|cat|pets?)\b/,
    terms: ['called', 'named', 'name', 'married'],
  },
  {
    asks: /\b(when|what (day|date|time))\b.*\b(i|we|my|our)\b|\bmy (plans?|appointments?|schedule|deadline)\b/,
    terms: ['appointment', 'deadline', 'plan', 'planning', 'tomorrow'],
  },
  {
    asks: /\b(what|how much) do you know about me\b|\babout me\b|\bremember (of|about) me\b|\bdo you remember me\b/,
    terms: ['im', "i'm", 'am', 'my', 'name', 'live', 'work', 'like', 'love'],
  },
]

function expansions(question: string): string[] {
  return EXPANSIONS.flatMap(({ asks, terms }) => (asks.test(question) ? terms : []))
}
