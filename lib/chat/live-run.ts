import type { Message, Run } from '#lib/memory/store/store.ts'

/** One event of a reply's stream, as in `types.ts`. */
export type ReplyChunk =
  | { type: 'start'; messageId: string; messageMetadata: { runId: string } }
  | { type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end'; id: string }
  | { type: 'text-delta'; id: string; delta: string }
  | { type: 'error'; errorText: string }
  | { type: 'abort' }
  | { type: 'finish'; messageMetadata: { status: string } }

/** A comment this often keeps proxies from closing a stream that waits for a slow model. */
const PING_MS = 15_000

/** The chunks of one run, as they come: any number of readers, each from any index, at its own pace. */
export type ChunkLog = {
  readonly chunks: readonly string[]
  push(chunk: ReplyChunk): void
  /** No chunk comes after this. */
  end(): void
  readonly ended: boolean
  /** Resolves when there is a chunk at `index`, or the end, at the latest after `ms`: also of what came since one looked. */
  changed(index: number, ms: number): Promise<void>
}

export function createChunkLog(): ChunkLog {
  const chunks: string[] = []
  let ended = false
  let waiting = Promise.withResolvers<void>()

  function wakeReaders(): void {
    waiting.resolve()
    waiting = Promise.withResolvers()
  }

  return {
    chunks,
    get ended() {
      return ended
    },
    push(chunk) {
      if (ended) return
      chunks.push(JSON.stringify(chunk))
      wakeReaders()
    },
    end() {
      ended = true
      wakeReaders()
    },
    changed: async (index, ms) => {
      if (!ended && chunks.length <= index) await orAfter(waiting.promise, ms)
    },
  }
}

/** Where a stream reads from: the log in this process, or the database when another process writes it. */
export type ChunkSource = {
  /** The chunks from an index on; `null` when the run is gone. `ended`: no more will come. */
  read(from: number): Promise<{ chunks: readonly string[]; ended: boolean } | null>
  changed(index: number, ms: number): Promise<void>
}

/** In bytes from the start: each stream that they are piped through would hold the first token up. */
export type Frames = ReadableStream<Uint8Array<ArrayBuffer>>

const encoder = new TextEncoder()

/**
 * Server-sent events from index `from` on, then `[DONE]`. What is there at the same time goes out as one piece, as each piece
 * is a write to the connection; where nothing is to be told, a comment says so, at first at once. Nothing is buffered for a
 * reader that does not read, and cancelling stops the reading alone.
 */
export function toFrames(source: ChunkSource, from: number): Frames {
  let next = from
  let cancelled = false
  // Never yet: the headers leave with the first word.
  let saidAt = Number.NEGATIVE_INFINITY
  return new ReadableStream(
    {
      async pull(controller) {
        while (!cancelled) {
          const page = await source.read(next)
          const events = (page?.chunks ?? []).map((chunk) => `id: ${next++}\ndata: ${chunk}\n\n`)
          if (!page || page.ended) {
            controller.enqueue(encoder.encode(`${events.join('')}data: [DONE]\n\n`))
            controller.close()
            return
          }
          const silentMs = performance.now() - saidAt
          if (events.length > 0 || silentMs >= PING_MS) {
            saidAt = performance.now()
            return controller.enqueue(encoder.encode(events.join('') || ': waiting\n\n'))
          }
          await source.changed(next, PING_MS - silentMs)
        }
      },
      cancel() {
        cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
}

/** The stream of a reply that has ended, told from its message; `null`: the message is gone. */
export function framesOfEnded(
  run: Pick<Run, 'id' | 'messageId'>,
  message: Pick<Message, 'content' | 'error' | 'status'> | null,
): Frames {
  const chunks = [
    { type: 'start', messageId: run.messageId, messageMetadata: { runId: run.id } },
    { type: 'text-start', id: 'text' },
    { type: 'text-delta', id: 'text', delta: message?.content ?? '' },
    { type: 'text-end', id: 'text' },
    ...(message?.error ? [{ type: 'error', errorText: message.error }] : []),
    { type: 'finish', messageMetadata: { status: message?.status ?? 'failed' } },
  ].map((chunk) => JSON.stringify(chunk))
  const read = async (from: number) => ({ chunks: chunks.slice(from), ended: true })
  return toFrames({ read, changed: async () => {} }, 0)
}

/** The text that a list of chunks adds to a reply. */
export function textOf(chunks: readonly string[]): string {
  return chunks
    .map((chunk) => JSON.parse(chunk) as ReplyChunk)
    .map((chunk) => (chunk.type === 'text-delta' ? chunk.delta : ''))
    .join('')
}

function orAfter(promise: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    promise.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
