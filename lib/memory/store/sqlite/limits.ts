import { LimitReached } from '../../errors.ts'
import type { Allowance, LimitStore } from '../limit-store.ts'
import type { Database } from './database.ts'

export function limitsMethods(database: Database): LimitStore {
  return {
    spend: (allowances, now) => database.write(() => spendAllowances(database, allowances, now)),
  }
}

/** Inside a transaction of the caller's, which must end with what this throws. All in one statement: every turn takes from some. */
export function spendAllowances({ all, run }: Database, allowances: readonly Allowance[], now: number): void {
  if (allowances.length === 0) return
  // A window that ends later than any that begins now was begun by a clock gone wrong.
  const rows = all(
    `INSERT INTO limits (key, used, resets_at) VALUES ${allowances.map(() => '(?, 1, ?)').join(', ')}
     ON CONFLICT (key) DO UPDATE SET
       used = CASE WHEN resets_at > ? AND resets_at <= excluded.resets_at THEN used + 1 ELSE 1 END,
       resets_at = CASE WHEN resets_at > ? AND resets_at <= excluded.resets_at THEN resets_at ELSE excluded.resets_at END
     RETURNING key, used, resets_at`,
    ...allowances.flatMap(({ key, windowMs }) => [key, now + windowMs]),
    now,
    now,
  ) as { key: string; used: number; resets_at: number }[]
  for (const { name, key, limit } of allowances) {
    const taken = rows.find((row) => row.key === key)
    if (taken && taken.used > limit) throw new LimitReached(name, taken.resets_at - now)
  }
  if (rows.some(({ used }) => used === 1)) run('DELETE FROM limits WHERE resets_at <= ?', now)
}
