import { once } from 'node:events'
import { createServer } from 'node:http'

const SIZE = 256

/** An OpenAI-compatible `/embeddings` over real HTTP that needs no model: texts mean the same as far as they share runs of letters. */
export async function startFakeEmbeddings() {
  const asked: string[][] = []
  let failing = false
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string[] }
      asked.push(input)
      response.statusCode = failing ? 500 : 200
      const data = input.map((text, index) => ({ index, embedding: embeddingOf(text) }))
      // As servers may: in another order than asked.
      response.end(JSON.stringify({ data: data.toReversed(), usage: { prompt_tokens: 7 } }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    asked,
    fail(now: boolean) {
      failing = now
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

/** Counts of hashed runs of four letters. */
function embeddingOf(text: string): number[] {
  const vector = new Array<number>(SIZE).fill(0)
  const letters = ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')} `
  for (let at = 0; at + 4 <= letters.length; at++) {
    let hash = 0
    for (const letter of letters.slice(at, at + 4)) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0
    vector[hash % SIZE] = (vector[hash % SIZE] ?? 0) + 1
  }
  return vector.some((value) => value > 0) ? vector : vector.with(0, 1)
}
