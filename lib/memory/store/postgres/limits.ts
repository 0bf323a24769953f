import { LimitReached } from '../../errors.ts'
import type { Allowance, LimitStore } from '../limit-store.ts'
import type { Row } from '../rows.ts'
import type { Database, Queries } from './database.ts'

export function limitsMethods({ write }: Database): LimitStore {
  return {
    spend: (allowances, now) => write((db) => spendAllowances(db, allowances, now)),
  }
}

/** Windows that are over, removed at once at most: whoever begins a new one tidies up a little. */
const TIDY_ROWS = 100

/**
 * Inside a transaction of the caller's, which must end with what this throws. Best as its last step: a row that everybody
 * shares is held until it ends.
 */
export async function spendAllowances(
  { one, run }: Queries,
  allowances: readonly Allowance[],
  now: number,
): Promise<void> {
  // In one order, so that no two wait for each other.
  for (const { name, key, limit, windowMs } of allowances.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    // A window that ends later than any that begins now was begun by a clock gone wrong.
    const row = (await one(
      `INSERT INTO limits (key, used, resets_at) VALUES ($1, 1, $2)
       ON CONFLICT (key) DO UPDATE SET
         used = CASE WHEN limits.resets_at > $3 AND limits.resets_at <= $2 THEN limits.used + 1 ELSE 1 END,
         resets_at = CASE WHEN limits.resets_at > $3 AND limits.resets_at <= $2 THEN limits.resets_at ELSE $2 END
       RETURNING used, resets_at`,
      key,
      now + windowMs,
      now,
    )) as Row
    if ((row.used as number) > limit) throw new LimitReached(name, (row.resets_at as number) - now)
    if (row.used !== 1) continue
    await run(
      `DELETE FROM limits WHERE key IN (
         SELECT key FROM limits WHERE resets_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      now,
      TIDY_ROWS,
    )
  }
}
