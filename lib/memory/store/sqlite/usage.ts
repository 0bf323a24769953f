import { SESSION_USAGE, toSessionUsage, toUsageSum } from '../rows.ts'
import { dayOf, type UsageStore } from '../usage-store.ts'
import type { Database } from './database.ts'
import type { Tree } from './tree.ts'

export function usageMethods(database: Database, { findSession }: Tree): UsageStore {
  const { all, one, run, read, look, write } = database
  const sums = 'kind, calls, input_tokens, output_tokens'
  const added = `DO UPDATE SET calls = calls + 1, input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens`

  const ownerOf = (namespace: string) =>
    (one("SELECT owner FROM api_keys WHERE 'key:' || id = ?", namespace)?.owner as string | undefined) ??
    namespace

  function addBackground(namespace: string, day: number, tokens: number): void {
    run('DELETE FROM background_usage WHERE day < ?', day)
    run(
      `INSERT INTO background_usage (day, owner, tokens) VALUES (?, ?, ?)
       ON CONFLICT (day, owner) DO UPDATE SET tokens = tokens + excluded.tokens`,
      day,
      ownerOf(namespace),
      tokens,
    )
  }

  return {
    addUsage: (ref, { kind, inputTokens, outputTokens, at }) =>
      write(() => {
        run(
          `INSERT INTO daily_usage (day, ${sums}) VALUES (?, ?, 1, ?, ?) ON CONFLICT (day, kind) ${added}`,
          dayOf(at),
          kind,
          inputTokens,
          outputTokens,
        )
        if (kind !== 'reply') addBackground(ref.namespace, dayOf(at), inputTokens + outputTokens)
        const session = findSession(ref)
        if (!session) return
        run(
          `INSERT INTO session_usage (session_key, ${sums}) VALUES (?, ?, 1, ?, ?)
           ON CONFLICT (session_key, kind) ${added}`,
          session.key,
          kind,
          inputTokens,
          outputTokens,
        )
      }),

    sessionUsage: (ref) =>
      read(() => {
        const session = findSession(ref)
        if (!session) return []
        const rows = all(`SELECT ${sums} FROM session_usage WHERE session_key = ? ORDER BY kind`, session.key)
        return rows.map(toUsageSum)
      }),

    usageOf: (namespaces, limit) =>
      read(() => {
        const mine = `FROM session_usage u JOIN sessions s ON s.key = u.session_key
          WHERE s.namespace IN (SELECT value FROM json_each(?)) AND s.deleted_at IS NULL`
        const names = JSON.stringify(namespaces)
        const sums = all(
          `SELECT kind, sum(calls) AS calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens
           ${mine} GROUP BY kind ORDER BY kind`,
          names,
        )
        const sessions = all(
          `SELECT ${SESSION_USAGE} ${mine} AND s.temporary = 0 GROUP BY s.key
           ORDER BY sum(u.input_tokens + u.output_tokens) DESC, s.key LIMIT ?`,
          names,
          limit,
        )
        return { sums: sums.map(toUsageSum), sessions: sessions.map(toSessionUsage) }
      }),

    backgroundTokensOf: (namespace, at) =>
      read(() => {
        const sql = 'SELECT tokens FROM background_usage WHERE day = ? AND owner = ?'
        return (one(sql, dayOf(at), ownerOf(namespace))?.tokens as number | undefined) ?? 0
      }),

    dailyUsage: (at) =>
      look(() =>
        all(`SELECT ${sums} FROM daily_usage WHERE day = ? ORDER BY kind`, dayOf(at)).map(toUsageSum),
      ),
  }
}
