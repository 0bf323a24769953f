import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { numbersIn } from './client.ts'

/**
 * A model behind OpenAI's chat completions that takes as much time as it is told to, and remembers what it was shown: a
 * server that folds messages into a summary shows them to its model first.
 */
export async function startSlowModel(port: number) {
  const prompts: string[] = []
  let released: Promise<unknown> = Promise.resolve()
  let release = () => {}
  let waiting = 0
  const server = createServer(async (request, response) => {
    const body = await read(request)
    // Azure's address has a query.
    if (!request.url?.split('?')[0]?.endsWith('/chat/completions')) {
      response.writeHead(404, { 'content-type': 'application/json' })
      return response.end('{"error":{"message":"Only chat completions are answered here."}}')
    }
    prompts.push(body)
    waiting++
    await released
    waiting--
    const content = `summary of ${[...body.matchAll(/message (\d+) of/g)].map(([, number]) => number).join(',')}`
    const answer = {
      id: 'slow',
      object: 'chat.completion',
      created: 0,
      model: 'slow',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    /** Whoever asks from now on waits until it is released, at most for so long: a server may answer nobody meanwhile. */
    hold(atMostMs: number): void {
      released = new Promise<void>((resolve) => {
        release = resolve
        setTimeout(resolve, atMostMs).unref()
      })
    },
    release: () => release(),
    /** Numbers of a session's messages that it has been shown. */
    shown: (session: string) => new Set(prompts.flatMap((prompt) => numbersIn(prompt, session))),
    /** Whether it is thinking now. */
    isBusy: () => waiting > 0,
    close: () => server.close(),
  }
}

export type SlowModel = Awaited<ReturnType<typeof startSlowModel>>

async function read(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}
