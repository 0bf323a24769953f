import { LimitReached } from '../../errors.ts'
import type { Allowance, LimitStore } from '../limit-store.ts'
import type { Database, Row } from './database.ts'

export function limitsMethods(database: Database): LimitStore {
  return {
    spend: (allowances, now) => database.write(() => spendAllowances(database, allowances, now)),
  }
}

/** Inside a transaction of the caller's, which must end with what this throws. */
export function spendAllowances({ one, run }: Database, allowances: readonly Allowance[], now: number): void {
  for (const { name, key, limit, windowMs } of allowances) {
    // A window that ends later than any that begins now was begun by a clock gone wrong.
    const row = one(
      `INSERT INTO limits (key, used, resets_at) VALUES (?1, 1, ?2)
       ON CONFLICT (key) DO UPDATE SET
         used = CASE WHEN resets_at > ?3 AND resets_at <= ?2 THEN used + 1 ELSE 1 END,
         resets_at = CASE WHEN resets_at > ?3 AND resets_at <= ?2 THEN resets_at ELSE ?2 END
       RETURNING used, resets_at`,
      key,
      now + windowMs,
      now,
    ) as Row
    if ((row.used as number) > limit) throw new LimitReached(name, (row.resets_at as number) - now)
    if (row.used === 1) run('DELETE FROM limits WHERE resets_at <= ?', now)
  }
}
