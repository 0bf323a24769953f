import { MemoryError } from '../errors.ts'
import type { Memory, Retrieved } from '../memory.ts'
import type { ClientStore } from '../store/client-store.ts'
import type { SessionRef, Store } from '../store/store.ts'
import { type WireCall, WireRefusal } from './call.ts'
import { bodyBytes, readBody, readQuery } from './parse.ts'
import { extras, renderMemory, toIso, toWireMessage, wireRole } from './render.ts'
import { listQuery, logQuery, memoryQuery, retrievalBody, retrievalQuery } from './schema.ts'

/** As many as the original gave. */
const DEFAULT_RETRIEVED = 10

export type RouteDeps = {
  store: ClientStore & Pick<Store, 'audit' | 'listSummaries'>
  retrieve: Memory['retrieve']
  longTermMemory: boolean
  maxWindowSize: number
}

/** What is read of sessions; an absent session is an empty one, as at the original. Each answers what goes out as JSON. */
export function createRoutes({ store, retrieve, longTermMemory, maxWindowSize }: RouteDeps) {
  return {
    async memory(ref: SessionRef, query: URLSearchParams): Promise<string> {
      const { include } = readQuery(memoryQuery, query)
      return renderMemory(await store.readMemory(ref, maxWindowSize), include)
    },

    sessions(namespace: string, query: URLSearchParams): Promise<string[]> {
      const { page, size, namespace: label } = readQuery(listQuery, query)
      return store.listLabelled(namespace, { label, limit: size, offset: (page - 1) * size })
    },

    async messages(ref: SessionRef, query: URLSearchParams) {
      const { limit, after, include } = readQuery(logQuery, query)
      const page = await store.readLog(ref, { after, limit })
      const fields = new Set([...include, 'id', 'name', 'created_at'])
      return {
        messages: page.messages.map((message) => toWireMessage(message, fields)),
        next: page.next === null ? null : String(page.next),
      }
    },

    async audit(ref: SessionRef) {
      const { messages, summarised, window, lost } = (await store.audit(ref).catch(absent)) ?? NO_AUDIT
      return { messages, summarised, window, lost }
    },

    async summaries(ref: SessionRef) {
      const summaries = (await store.listSummaries(ref).catch(absent)) ?? []
      return {
        summaries: summaries.map((summary) => ({
          id: summary.id,
          through_id: summary.throughId,
          base_id: summary.baseId,
          context: summary.context,
          tokens: summary.tokens,
          folded: summary.folded,
          source: summary.source,
          model: summary.model,
          created_at: toIso(summary.createdAt),
        })),
      }
    },

    async retrieval(call: WireCall, ref: SessionRef, query: URLSearchParams) {
      const { include, namespace: label } = readQuery(retrievalQuery, query)
      const { text, limit, scope } = await readBody(retrievalBody, await bodyBytes(call))
      if (!longTermMemory) throw new WireRefusal(400, 'Long term memory is disabled')
      const within =
        scope === 'namespace'
          ? { namespaces: [ref.namespace], ...(label !== undefined && { label }) }
          : { ref }
      const found = await retrieve({ text, limit: limit ?? DEFAULT_RETRIEVED, within })
      return found.map((message) => toHit(message, include))
    },
  }
}

function toHit(message: Retrieved, include: ReadonlySet<string>) {
  const { content, dist } = message
  return { role: wireRole(message), content, ...extras(message, include), dist }
}

const NO_AUDIT = { messages: 0, summarised: 0, window: 0, lost: 0 }

function absent(error: unknown): null {
  if (error instanceof MemoryError && error.code === 'not-found') return null
  throw error
}
