import { setImmediate } from 'node:timers/promises'
import type { EmbeddedMessage, EmbeddedSession, EmbeddingStore, Vector } from './store/embedding-store.ts'
import { isOnPath } from './store/search-scope.ts'

/** What is kept of vectors in memory, at a byte a number: 38,000 messages of a model of 384 numbers take 15 MB. */
const MAX_BYTES = 64 * 1024 * 1024
/** About what is kept of each message beside its vector. */
const MESSAGE_BYTES = 100
/** Read at once, with others' work in between. */
const PAGE = 1000
/** The largest whole number of a byte with a sign. */
const LARGEST = 127

/** A session's vectors, one after the other, each number as a whole one: `scales` are what these are multiplied by. */
type Block = { messages: EmbeddedMessage[]; numbers: Int8Array; scales: number[]; size: number }

/**
 * The vectors of a model in memory, read from the store once and then only what is new, as messages never change. The
 * sessions that were asked for longest ago go first when there is no room.
 */
export function createVectors(
  store: Pick<EmbeddingStore, 'readVectors'>,
  model: string,
  maxBytes = MAX_BYTES,
) {
  const blocks = new Map<number, Block>()
  const loading = new Map<number, Promise<void>>()

  /** What is there of a session, as complete as it can be made until `until` (on `performance.now`'s clock). */
  async function load(session: EmbeddedSession, until: number): Promise<Block> {
    const { key, count, newest } = session
    let block = await readOn(blocks.get(key) ?? emptyBlock(), session, until)
    // Something has gone, or came between: all is read anew.
    if (lastSeq(block) >= newest && block.messages.length !== count)
      block = await readOn(emptyBlock(), session, until)
    keep(key, block)
    return block
  }

  async function readOn(block: Block, { key, newest }: EmbeddedSession, until: number): Promise<Block> {
    while (lastSeq(block) < newest) {
      const page = await store.readVectors(key, { model, after: lastSeq(block), limit: PAGE })
      for (const { vector, ...message } of page) add(block, message, vector)
      // A store in this process answers at once: others would not get their turn.
      await setImmediate()
      if (page.length < PAGE || performance.now() > until) break
    }
    return block
  }

  /** One after the other: two that read on at the same time would both add what they read. */
  function loadAlone(session: EmbeddedSession, until: number): Promise<Block> {
    const done = (loading.get(session.key) ?? Promise.resolve()).then(() => load(session, until))
    const settled = done.then(noop, noop).then(() => {
      if (loading.get(session.key) === settled) loading.delete(session.key)
    })
    loading.set(session.key, settled)
    return done
  }

  function keep(key: number, block: Block): void {
    blocks.delete(key)
    blocks.set(key, block)
    let bytes = sizeOf(blocks)
    for (const [oldest, each] of blocks) {
      if (bytes <= maxBytes) break
      bytes -= bytesOf(each)
      blocks.delete(oldest)
    }
  }

  return {
    /** The cosine of each message that the session's path shows; all of them, unless there is no time. */
    async compare(
      session: EmbeddedSession,
      question: Vector,
      until: number,
    ): Promise<(EmbeddedMessage & { score: number })[]> {
      const { messages, numbers, scales, size } = await loadAlone(session, until)
      if (size !== question.length) return []
      const asked = toWhole(question)
      const compared: (EmbeddedMessage & { score: number })[] = []
      for (let index = 0; index < messages.length; index++) {
        const message = messages[index]
        if (!message || !isOnPath(message, session.path)) continue
        let sum = 0
        for (let at = 0, from = index * size; at < size; at++)
          sum += (asked.numbers[at] as number) * (numbers[from + at] as number)
        compared.push({ ...message, score: sum * asked.scale * (scales[index] ?? 0) })
      }
      return compared
    },
    /** How many bytes are kept. */
    bytes: () => sizeOf(blocks),
  }
}

const sizeOf = (blocks: Map<number, Block>) => blocks.values().reduce((sum, block) => sum + bytesOf(block), 0)
const noop = () => undefined
const emptyBlock = (): Block => ({ messages: [], numbers: new Int8Array(), scales: [], size: 0 })
const lastSeq = ({ messages }: Block) => messages.at(-1)?.seq ?? 0
const bytesOf = ({ numbers, messages }: Block) => numbers.length + messages.length * MESSAGE_BYTES

function add(block: Block, message: EmbeddedMessage, vector: Vector): void {
  if (block.messages.length === 0) block.size = vector.length
  // A vector of another length is of another model by the same name: it is near nothing.
  const { numbers, scale } = toWhole(vector.length === block.size ? vector : new Float32Array(block.size))
  const from = block.messages.length * block.size
  if (block.numbers.length < from + block.size) {
    const grown = new Int8Array(Math.max(from + block.size, Math.ceil(from * 1.25)))
    grown.set(block.numbers)
    block.numbers = grown
  }
  block.numbers.set(numbers, from)
  block.scales.push(scale)
  block.messages.push(message)
}

function toWhole(vector: Vector): { numbers: Int8Array; scale: number } {
  let largest = 0
  for (const value of vector) largest = Math.max(largest, Math.abs(value))
  const scale = largest / LARGEST || 1
  const numbers = new Int8Array(vector.length)
  for (let at = 0; at < numbers.length; at++) numbers[at] = Math.round((vector[at] as number) / scale)
  return { numbers, scale }
}
