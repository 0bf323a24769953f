import { once } from 'node:events'
import { createServer } from 'node:http'
import type { TestProject } from 'vitest/node'
import { createPostgresServer, type PostgresServer } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers the address of the Postgres of this test run; the first who asks has it started. */
    postgresDesk: string
  }
}

/** One Postgres for a whole test run, and none for a run that needs none: a desk at which the tests ask for it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<PostgresServer> | undefined
  const desk = createServer(async (_, response) => {
    try {
      server ??= createPostgresServer()
      response.end((await server).url)
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  }).listen(0, '127.0.0.1')
  await once(desk, 'listening')
  const address = desk.address()
  if (typeof address === 'object' && address)
    project.provide('postgresDesk', `http://127.0.0.1:${address.port}`)
  return async () => {
    desk.close()
    // What went wrong at its start was told to those who asked.
    await (await server?.catch(() => null))?.remove()
  }
}
