import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionView } from '#lib/chat/types.ts'
import type { AppServer } from '../app-server.ts'

/** Several servers over one database, and people who talk to any of them. */
export type Cluster = {
  servers: AppServer[]
  person(): ClusterPerson
  dispose(): Promise<void>
}

/** One person, with one cookie, whichever server they are sent to. */
export type ClusterPerson = {
  request(server: number, path: string, body?: unknown): Promise<Response>
  send(server: number, turn: object): Promise<Response>
  /** Sends and waits for the end of the reply; answers its events. */
  say(server: number, turn: object): Promise<string>
  /** As a browser does: sends the same turn again, wherever it is sent, until it is accepted. */
  insist(server: number, turn: object): Promise<void>
  view(server: number, sessionId: string): Promise<SessionView>
}

const PATIENCE_MS = 60_000

export function createCluster(servers: AppServer[]): Cluster {
  const originOf = (server: number) => servers[server % servers.length]?.url ?? ''

  function person(): ClusterPerson {
    let cookie = ''
    async function request(server: number, path: string, body?: unknown): Promise<Response> {
      const origin = originOf(server)
      const answer = await fetch(origin + path, {
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json', origin }),
          ...(cookie && { cookie }),
        },
      })
      const [set] = answer.headers.getSetCookie()
      if (set && !cookie) cookie = set.split(';', 1)[0] ?? ''
      return answer
    }
    const send = (server: number, turn: object) => request(server, '/api/chat', turn)

    async function insist(server: number, turn: object): Promise<void> {
      const until = Date.now() + PATIENCE_MS
      for (let next = server; ; next++) {
        const answer = await send(next, turn).catch(() => null)
        // The stream may break; that the message was accepted is what counts.
        await answer?.text().catch(() => '')
        if (answer?.ok) return
        if (Date.now() > until) throw new Error(`Never accepted: ${answer?.status}`)
        await sleep(200)
      }
    }

    return {
      request,
      send,
      insist,
      async say(server, turn) {
        const answer = await send(server, turn)
        if (!answer.ok) throw new Error(`Answered ${answer.status}: ${await answer.text()}`)
        return answer.text()
      },
      async view(server, sessionId) {
        const answer = await request(server, `/api/sessions/${sessionId}`)
        if (!answer.ok) throw new Error(`Answered ${answer.status}: ${await answer.text()}`)
        return (await answer.json()) as SessionView
      },
    }
  }

  return {
    servers,
    person,
    async dispose() {
      await Promise.all(servers.map((server) => server.dispose()))
    },
  }
}
