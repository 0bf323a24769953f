import { createJobWorker } from '../jobs.ts'
import { createMemory } from '../memory.ts'
import type { Store } from '../store/store.ts'
import type { Original } from './original.fake.ts'
import { createRemoteMemory } from './remote.ts'
import { createRemoteClient } from './remote-client.ts'

/** For one that answers, however busy the machine is. */
const PATIENT_MS = 30_000

/** The memory and its background work over a store and a Motörhead elsewhere, as a start of the process makes them. */
export function connectRemote(deps: {
  store: Store
  original: Original
  now: () => number
  onError: (error: unknown) => void
  loadTimeoutMs?: number
}) {
  const { store, original, now, onError, loadTimeoutMs = PATIENT_MS } = deps
  const local = createMemory({
    store,
    now,
    settings: { maxWindowSize: 12, longTermMemory: true },
    summarizer: async () => null,
  })
  const client = createRemoteClient({ url: original.url, apiKey: 'secret-key', clientId: 'me' })
  const memory = createRemoteMemory({ local, store, now, client, onError, loadTimeoutMs })
  const worker = createJobWorker({
    store,
    now,
    handlers: {
      compaction: memory.compact,
      title: async () => 'done',
      upload: memory.upload,
      embedding: memory.embedMissing,
    },
    onError,
  })
  return { memory, worker }
}
