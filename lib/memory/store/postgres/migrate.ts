import { MemoryError } from '../../errors.ts'
import type { Lane } from './lane.ts'
import { POSTGRES_MIGRATIONS } from './migrations.ts'

/** Any number of ours: it names the lock under which the schema is changed. */
const MIGRATION_LOCK = 7_301_926

/** Building an index over many messages takes its time. */
const STEP_TIMEOUT_MS = 10 * 60_000

/** Runs the missing steps once, however many processes start at the same time. */
export async function migrate(lane: Lane, schema: string): Promise<void> {
  if ((await versionOf(lane, schema)) === POSTGRES_MIGRATIONS.length) return
  try {
    // The lock ends with its transaction, so that it works behind a pooler, too.
    await lane.exec(
      `BEGIN; SET LOCAL statement_timeout = ${STEP_TIMEOUT_MS}; SELECT pg_advisory_xact_lock(${MIGRATION_LOCK});
       CREATE SCHEMA IF NOT EXISTS ${schema}; SET LOCAL search_path = ${schema};
       CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)`,
    )
    const done = (await versionOf(lane, schema)) ?? 0
    if (done > POSTGRES_MIGRATIONS.length) throw newerVersion(done)
    for (const step of POSTGRES_MIGRATIONS.slice(done)) await lane.exec(step)
    await lane.exec(
      `DELETE FROM schema_version; INSERT INTO schema_version VALUES (${POSTGRES_MIGRATIONS.length}); COMMIT`,
    )
  } catch (error) {
    await lane.exec('ROLLBACK').catch(() => lane.destroy())
    throw error
  }
}

/** How many steps were done; `undefined` where there is nothing of ours. */
export async function versionOf(lane: Lane, schema: string): Promise<number | undefined> {
  const { rows } = await lane.query('SELECT to_regclass($1)::text AS name', [`${schema}.schema_version`])
  if (rows[0]?.name === null) return undefined
  return (await lane.query(`SELECT version FROM ${schema}.schema_version`)).rows[0]?.version as
    | number
    | undefined
}

const newerVersion = (version: number) =>
  new MemoryError(
    'storage-unavailable',
    `The database was written by a newer version (schema ${version}, this one knows ${POSTGRES_MIGRATIONS.length}). Update the app.`,
  )
