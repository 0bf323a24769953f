import { SESSION_USAGE, toSessionUsage, toUsageSum } from '../rows.ts'
import { dayOf, type UsageStore } from '../usage-store.ts'
import type { Database } from './database.ts'

const SUMS = 'kind, calls, input_tokens, output_tokens'

/** Whose namespace $1 is: a key's is its owner's. */
const OWNER = "coalesce((SELECT owner FROM api_keys WHERE 'key:' || id = $1), $1)"

export function usageMethods({ read, write }: Database): UsageStore {
  const added = (table: string) =>
    `DO UPDATE SET calls = ${table}.calls + 1, input_tokens = ${table}.input_tokens + excluded.input_tokens,
       output_tokens = ${table}.output_tokens + excluded.output_tokens`

  return {
    addUsage: (ref, { kind, inputTokens, outputTokens, at }) =>
      write(async ({ run }) => {
        await run(
          `INSERT INTO session_usage (session_key, ${SUMS})
           SELECT key, $3, 1, $4, $5 FROM sessions WHERE namespace = $1 AND id = $2 AND deleted_at IS NULL
           ON CONFLICT (session_key, kind) ${added('session_usage')}`,
          ref.namespace,
          ref.sessionId,
          kind,
          inputTokens,
          outputTokens,
        )
        if (kind !== 'reply') {
          // Another's transaction may be at it just now: it is gone all the same.
          await run(
            `DELETE FROM background_usage WHERE (day, owner) IN
               (SELECT day, owner FROM background_usage WHERE day < $1 FOR UPDATE SKIP LOCKED)`,
            dayOf(at),
          )
          await run(
            `INSERT INTO background_usage (day, owner, tokens) VALUES ($2, ${OWNER}, $3)
             ON CONFLICT (day, owner) DO UPDATE SET tokens = background_usage.tokens + excluded.tokens`,
            ref.namespace,
            dayOf(at),
            inputTokens + outputTokens,
          )
        }
        // The row that everybody adds to comes last, so that nobody waits long for it.
        await run(
          `INSERT INTO daily_usage (day, ${SUMS}) VALUES ($1, $2, 1, $3, $4)
           ON CONFLICT (day, kind) ${added('daily_usage')}`,
          dayOf(at),
          kind,
          inputTokens,
          outputTokens,
        )
      }),

    sessionUsage: (ref) =>
      read(async ({ all }) => {
        const rows = await all(
          `SELECT ${SUMS} FROM session_usage u JOIN sessions s ON s.key = u.session_key
           WHERE s.namespace = $1 AND s.id = $2 AND s.deleted_at IS NULL ORDER BY kind`,
          ref.namespace,
          ref.sessionId,
        )
        return rows.map(toUsageSum)
      }),

    usageOf: (namespaces, limit) =>
      read(async ({ all }) => {
        const mine = `FROM session_usage u JOIN sessions s ON s.key = u.session_key
          WHERE s.namespace = ANY ($1::text[]) AND s.deleted_at IS NULL`
        const sums = await all(
          `SELECT kind, sum(calls)::bigint AS calls, sum(input_tokens)::bigint AS input_tokens,
             sum(output_tokens)::bigint AS output_tokens
           ${mine} GROUP BY kind ORDER BY kind`,
          namespaces,
        )
        const sessions = await all(
          `SELECT ${SESSION_USAGE} ${mine} AND s.temporary = 0 GROUP BY s.key
           ORDER BY sum(u.input_tokens + u.output_tokens) DESC, s.key LIMIT $2`,
          namespaces,
          limit,
        )
        return { sums: sums.map(toUsageSum), sessions: sessions.map(toSessionUsage) }
      }),

    backgroundTokensOf: (namespace, at) =>
      read(async ({ one }) => {
        const sql = `SELECT tokens FROM background_usage WHERE day = $2 AND owner = ${OWNER}`
        return ((await one(sql, namespace, dayOf(at)))?.tokens as number | undefined) ?? 0
      }),

    dailyUsage: (at) =>
      read(async ({ all }) => {
        const rows = await all(`SELECT ${SUMS} FROM daily_usage WHERE day = $1 ORDER BY kind`, dayOf(at))
        return rows.map(toUsageSum)
      }),
  }
}
