import postgres from 'postgres'
import type { Row } from '../rows.ts'
import { decodeText, encodeText } from './text.ts'

export type Value = string | number | null | Uint8Array | readonly string[]

/** What a statement answered: its rows, how many it changed, and what it was (`COMMIT`, `SELECT`, …). */
export type Answer = { rows: Row[]; count: number; command: string }

/** One connection, for one transaction at a time. A lane that broke stays broken: nothing runs on a connection anew. */
export type Lane = {
  readonly broken: boolean
  query(sql: string, values?: readonly Value[]): Promise<Answer>
  /** Several statements without values. */
  exec(sql: string): Promise<string>
  /** Ends the connection at once; what runs on it is rejected. */
  destroy(): void
}

const CONNECT_TIMEOUT_S = 5

/** An idle connection holds a slot of the server's; serverless ones are billed while they have one. */
const IDLE_TIMEOUT_S = 30

/** What the server is told of; every other parameter is another client library's and would be refused. */
const URL_PARAMETERS = new Set([
  'sslmode',
  'ssl',
  'sslnegotiation',
  'target_session_attrs',
  'application_name',
  'options',
])

/**
 * Opens a connection at its first query. No statement is named and no setting outlives a transaction, so that a pooler
 * may give each transaction to another connection of the server.
 */
export function createLane(url: string): Lane {
  let broken = false
  const sql = postgres(withoutForeignParameters(url), {
    max: 1,
    prepare: false,
    fetch_types: false,
    connect_timeout: CONNECT_TIMEOUT_S,
    idle_timeout: IDLE_TIMEOUT_S,
    connection: { application_name: 'motorhead-chat' },
    types: {
      bigint: { to: 20, from: [20], serialize: String, parse: (text: string) => Number(text) },
    },
    onnotice: () => {},
    onclose: () => {
      broken = true
    },
  })

  /** Without this, the driver would open a new connection and run the rest of a transaction outside of any. */
  function requireWhole(): void {
    if (broken) throw Object.assign(new Error('The connection was lost.'), { code: 'CONNECTION_CLOSED' })
  }

  function destroy(): void {
    broken = true
    void sql.end({ timeout: 0 }).catch(() => {})
  }

  return {
    get broken() {
      return broken
    },

    async query(text, values = []) {
      requireWhole()
      const answer = await sql.unsafe(text, values.map(toParameter))
      return { rows: answer.map(toRow), count: answer.count, command: answer.command }
    },

    async exec(text) {
      requireWhole()
      const answers = await sql.unsafe(text).simple()
      return answers.command
    },

    destroy,
  }
}

function withoutForeignParameters(url: string): string {
  const [address = '', query = ''] = url.split('?', 2)
  const parameters = new URLSearchParams(query)
  if (parameters.get('sslrootcert') === 'system') parameters.set('sslmode', 'verify-full')
  for (const name of [...parameters.keys()]) if (!URL_PARAMETERS.has(name)) parameters.delete(name)
  return parameters.size > 0 ? `${address}?${parameters}` : address
}

function toParameter(value: Value): string | null | Uint8Array {
  if (value === null || value instanceof Uint8Array) return value
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? encodeText(value) : arrayLiteral(value)
}

/** As `text[]` is written (postgresql.org/docs/current/arrays.html#ARRAYS-IO). */
function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${encodeText(value).replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}

function toRow(given: Row): Row {
  const row: Row = {}
  for (const [name, value] of Object.entries(given)) {
    row[name] = typeof value === 'string' ? decodeText(value) : value
  }
  return row
}
