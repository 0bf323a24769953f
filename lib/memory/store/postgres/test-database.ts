import postgres from 'postgres'
import { inject } from 'vitest'

/** An empty schema in the Postgres of this test run. */
export type TestDatabase = {
  url: string
  schema: string
  /** Empties every table, as if nothing had been written. */
  clear(): Promise<void>
  sql: postgres.Sql
  remove(): Promise<void>
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const answer = await fetch(inject('postgresDesk'))
  const url = await answer.text()
  if (!answer.ok) throw new Error(url)
  const schema = `test_${crypto.randomUUID().replaceAll('-', '')}`
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  return {
    url,
    schema,
    sql,
    async clear() {
      const tables =
        await sql`SELECT tablename FROM pg_tables WHERE schemaname = ${schema} AND tablename <> 'schema_version'`
      const names = tables.map(({ tablename }) => `${schema}.${tablename}`)
      if (names.length > 0) await sql.unsafe(names.map((name) => `DELETE FROM ${name}`).join('; '))
    },
    async remove() {
      await sql.unsafe(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
      await sql.end()
    },
  }
}
