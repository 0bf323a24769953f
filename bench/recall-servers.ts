import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPostgresServer } from '../e2e/postgres-server.ts'
import type { EmbeddingServer } from './embeddings/serve.ts'
import { createRecallClient, type RecallClient } from './recall-client.ts'
import type { Conversation } from './recall-data.ts'

/** The memory API in a process of its own, over an empty store. */
export type MemoryServer = {
  /** What speaks to it with a key of its own, whose sessions are a namespace. */
  client(name: string): RecallClient
  /** Ends when all of it is embedded, where that is done. */
  ingest(client: RecallClient, conversations: readonly Conversation[], round?: number): Promise<void>
  /** Ends when nothing is left to do in the background. */
  settle(): Promise<void>
  close(): Promise<void>
}

const POLL_MS = 200
/** A server that works less than this share of a second has nothing left to do. */
const IDLE_SHARE = 0.05

export async function startMemory(
  names: readonly string[],
  { embeddings = null, postgres = false }: { embeddings?: EmbeddingServer | null; postgres?: boolean },
): Promise<MemoryServer> {
  const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-recall-'))
  const database = postgres ? await createPostgresServer({ durable: true }) : null
  const keyOf = (name: string) => `${name.replaceAll(' ', '-').toLowerCase()}-0123456789abcdef`
  const server = fork(fileURLToPath(new URL('memory-server.ts', import.meta.url)), {
    execArgv: ['--conditions=react-server'],
    env: {
      ...process.env,
      ...(database && { DATABASE_URL: database.url }),
      ...(embeddings && { EMBEDDING_MODEL: embeddings.model, BACKGROUND_TOKENS_PER_DAY: '1000000000' }),
      DATA_DIR: folder,
      // As an Ollama that embeds and has no model to chat with: summaries are made without one, and in nobody's way.
      OLLAMA_URL: embeddings?.url ?? 'off',
      MOTORHEAD_KEYS: names.map((name) => `${name.replaceAll(' ', '-')}:${keyOf(name)}`).join(','),
    },
  })
  const [port] = (await once(server, 'message')) as [number]
  async function busyMs(): Promise<number> {
    const answer = once(server, 'message')
    server.send('busy')
    const [{ user, system }] = (await answer) as [NodeJS.CpuUsage]
    return (user + system) / 1000
  }
  /** Summaries of what was ingested would be measured, too. */
  async function settle(): Promise<void> {
    for (let before = await busyMs(), idle = false; !idle; ) {
      await new Promise((wake) => setTimeout(wake, 1000))
      const after = await busyMs()
      idle = after - before < 1000 * IDLE_SHARE
      before = after
    }
  }
  return {
    settle,
    client: (name) => createRecallClient(`http://127.0.0.1:${port}`, keyOf(name)),
    async ingest(client, conversations, round = 0) {
      const asked = (await embeddings?.asked()) ?? 0
      for (const each of conversations) await client.ingest(each, sessionOf(each, round))
      const turns = conversations.flatMap((each) => each.turns).filter(({ text }) => text.trim() !== '')
      while (embeddings && (await embeddings.asked()) < asked + turns.length)
        await new Promise((wake) => setTimeout(wake, POLL_MS))
    },
    async close() {
      server.disconnect()
      await once(server, 'exit')
      await database?.remove()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A conversation can be there several times, as sessions of their own. */
export const sessionOf = ({ id }: Conversation, round = 0) => (round === 0 ? id : `${id}-${round}`)
