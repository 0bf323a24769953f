import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A model behind OpenAI's old completions address, which answers from nothing but its prompt. */
export async function startCompletions(): Promise<{ baseUrl: string; prompts: string[]; close(): void }> {
  const prompts: string[] = []
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const { prompt } = JSON.parse(Buffer.concat(parts).toString('utf8')) as { prompt: string[] }
    prompts.push(...prompt)
    const choices = prompt.map((text, index) => ({
      index,
      text: answerTo(text),
      finish_reason: 'stop',
      logprobs: null,
    }))
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        id: 'c',
        object: 'text_completion',
        created: 0,
        model: 'fake',
        choices,
        usage: USAGE,
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    prompts,
    close: () => void server.close(),
  }
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }

function answerTo(prompt: string): string {
  const asked = /Human: ([^\n]*)\nAI:$/u.exec(prompt)?.[1] ?? ''
  const name = /\bim (\w+)/u.exec(prompt)?.[1]
  if (asked === 'whats my name?') return name ? ` Your name is ${name}.` : ' I do not know your name.'
  return asked === 'whats for dinner?' ? ' Pasta.' : ' Hi, nice to meet you!'
}
