import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRandom } from '../../e2e/crash/random.ts'

type Message = { date: string; role: string; text: string }

/**
 * No language model: a program that answers over HTTP as one would that lists facts, sentence by sentence, and marks what a
 * new one replaces. Now and then it answers as poor models do: nothing to add, a fact that nobody said, an order obeyed.
 * So the line between a model and the summary is measured, and not a model.
 */
export async function startScriptedModel(seed: number): Promise<{ baseUrl: string; close(): Promise<void> }> {
  const random = createRandom(seed)
  const server = createServer(async (request, response) => {
    const { messages } = JSON.parse(await textOf(request)) as { messages: { content: string }[] }
    const content = random.chance(0.05) ? 'NONE' : answerTo(messages.at(-1)?.content ?? '')
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        ...{ id: 'c', object: 'chat.completion', created: 0, model: 'scripted' },
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      }),
    )
  })

  function answerTo(prompt: string): string {
    const known = listOf<string>(prompt, 'known')
    const said = listOf<Message>(prompt, 'messages')
    const lines = said.flatMap(({ date, role, text }) =>
      text
        .split(/(?<=[.!?])\s+|\n/u)
        .filter((sentence) => TELLING.test(sentence))
        .flatMap((sentence) => [
          `- ${date} ${role}: ${shorter(sentence)}`,
          ...known.filter((line) => isChange(line, sentence)).map((line) => `x ${line}`),
        ]),
    )
    const [first] = said
    if (first && random.chance(0.3)) lines.push(`- ${first.date} ${first.role}: Zorblatt paid 99,999 for it.`)
    return lines.length > 0 ? lines.join('\n') : 'NONE'
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const TELLING = /\p{N}|(?<=\S )\p{Lu}\p{Ll}{2,}|\p{Lu}\p{Ll}{5,}|n't\b|\bnot\b/u
const CHANGE = /\b(?:change|now|actually|moved|new|after all|scrap|taken over|correct|lowered)\b/iu

/** The names that a known line shares with the news are what both are about. */
function isChange(line: string, sentence: string): boolean {
  if (!CHANGE.test(sentence)) return false
  return (sentence.match(/\p{Lu}\p{Ll}{4,}/gu) ?? []).some((name) => line.includes(name))
}

const shorter = (sentence: string) =>
  sentence
    .replace(/^(?:btw|please remember that|please note that|done!|actually)\s*/iu, '')
    .replace(/,? (?:in case I forget|don't let me forget|after a character in a book)\b/u, '')
    .replace(/[*_]+/gu, '')
    .trim()

function listOf<T>(prompt: string, name: string): T[] {
  const block = new RegExp(`<${name}-\\w+>\\n([\\s\\S]*?)</${name}-\\w+>`, 'u').exec(prompt)?.[1] ?? ''
  return block
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
