import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { examinePostgres } from '#lib/memory/store/postgres/database.ts'
import { createPostgresStore } from '#lib/memory/store/postgres/postgres-store.ts'
import type { Store } from '#lib/memory/store/store.ts'
import { createPostgresServer, type PostgresServer } from '../postgres-server.ts'
import { createCutLine } from './cut-line.ts'
import { createPooler } from './pooler.ts'

/** A server of its own: the others' must not be stopped. */
let server: PostgresServer
const open: Store[] = []
beforeAll(async () => {
  server = await createPostgresServer()
}, 60_000)
afterEach(async () => {
  for (const store of open.splice(0)) await store.close()
})
afterAll(() => server.remove())

async function openStore(url = server.url, options = {}): Promise<Store> {
  const store = await createPostgresStore(url, options)
  open.push(store)
  return store
}
const ref = () => ({ namespace: 'n', sessionId: crypto.randomUUID() })
const said = (id: string) => ({ id, role: 'user', content: `text ${id}`, createdAt: 1 })

describe('postgres: an outage', () => {
  it('is over by itself when the server is back, and nothing acknowledged is lost or doubled', async () => {
    const store = await openStore()
    const session = ref()
    const acknowledged: string[] = []
    let writing = true
    const writers = [0, 1, 2, 3].map(async (writer) => {
      for (let n = 0; writing; n++) {
        const id = `${writer}-${n}`
        // As a client does: the same message again until it is acknowledged.
        while (
          !(await store.appendMessages(session, [said(id)]).then(
            () => true,
            () => false,
          ))
        )
          await sleep(20)
        acknowledged.push(id)
      }
    })
    for (const how of ['kill', 'fast', 'kill'] as const) {
      await sleep(300)
      await server.stop(how)
      await sleep(300)
      await server.start()
    }
    const before = acknowledged.length
    await expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(before + 8)
    writing = false
    await Promise.all(writers)
    const { messages } = await store.listPath(session, { limit: 1_000_000 })
    expect(messages.map(({ id }) => id).sort()).toEqual(acknowledged.sort())
    expect(await store.audit(session)).toMatchObject({ messages: acknowledged.length, lost: 0, doubled: 0 })
  }, 180_000)

  it('of a second or two delays a request and does not fail it', async () => {
    const line = await createCutLine(server.url)
    const store = await openStore(line.url)
    const session = ref()
    await store.appendMessages(session, [said('m1')])
    await line.cut()
    const reading = store.getMessage(session, 'm1')
    await sleep(1200)
    await line.mend()
    expect((await reading)?.content).toBe('text m1')
  })

  it('is a sentence without address, user and password, and so is a wrong one of these', async () => {
    const { port, password } = new URL(server.url)
    const wrong = [
      [server.url.replace(password, 'canary-password'), /refused the login/],
      [server.url.replace(/\/postgres$/, '/canary-name'), /does not exist/],
      [server.url.replace(`:${port}`, ':1'), /cannot be reached/],
      ['postgres://canary-user@canary-host.invalid/x', /cannot be reached/],
    ] as const
    for (const [url, sentence] of wrong) {
      const error = await createPostgresStore(url).catch((failure) => failure)
      expect(error.message).toMatch(sentence)
      expect(error.message).not.toMatch(/canary|127\.0\.0\.1|postgres:\/\//)
      await expect(examinePostgres(url)).rejects.toThrow(sentence)
    }
  }, 120_000)

  it('is told when the database is read-only or has no connection left', async () => {
    const store = await openStore()
    const admin = postgres(server.url, { max: 1 })
    await admin`ALTER DATABASE postgres SET default_transaction_read_only = on`
    const late = await openStore()
    // A transaction that says what it is does not ask for the default.
    await expect(late.appendMessages(ref(), [said('m')])).rejects.toMatchObject({
      code: 'storage-unavailable',
    })
    await admin.unsafe(
      'BEGIN READ WRITE; ALTER DATABASE postgres RESET default_transaction_read_only; COMMIT',
    )
    await store.appendMessages(ref(), [said('m')])
    await admin.end()
  })
})

describe('postgres: a silent server', () => {
  it('that lets a lock stand is given up with a sentence, and the connection is of use again', async () => {
    const store = await openStore(server.url, { maxConnections: 1 })
    const session = ref()
    await store.appendMessages(session, [said('m1')])
    const other = postgres(server.url, { max: 1 })
    const [locked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const holding = other.begin(async (sql) => {
      await sql`SELECT 1 FROM motorhead_chat.sessions WHERE id = ${session.sessionId} FOR UPDATE`
      locked.resolve()
      await held.promise
    })
    await locked.promise
    const refused = store.appendMessages(session, [said('m2')])
    await expect(refused).rejects.toMatchObject({ code: 'storage-busy' })
    held.resolve()
    await holding
    await other.end()
    await store.appendMessages(session, [said('m2')])
  }, 60_000)

  it('behind a transaction pooler, each transaction may get another connection', async () => {
    const pooler = await createPooler(server.url)
    const store = await openStore(pooler.url, { maxConnections: 8 })
    const session = ref()
    await Promise.all(Array.from({ length: 40 }, (_, n) => store.appendMessages(session, [said(`m${n}`)])))
    expect(await store.audit(session)).toMatchObject({ messages: 40, lost: 0, doubled: 0 })
    await store.close()
    open.pop()
    await pooler.close()
  })
})
