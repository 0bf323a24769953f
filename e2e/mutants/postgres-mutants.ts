import type { Mutant } from './mutant.ts'

const STORE = 'lib/memory/store/postgres/'
const CONTRACT = ['lib/memory/store/postgres/postgres-store.test.ts']

/** Bugs of the Postgres store: what SQLite, where one writes at a time, cannot get wrong. */
export const POSTGRES_MUTANTS: readonly Mutant[] = [
  {
    bug: 'two messages that come at once to two processes each become the only answer to the one before',
    file: `${STORE}tree.ts`,
    find: "'SELECT * FROM sessions WHERE namespace = $1 AND id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE'",
    replace: "'SELECT * FROM sessions WHERE namespace = $1 AND id = $2 AND deleted_at IS NULL'",
    tests: CONTRACT,
  },
  {
    bug: 'replies that are asked for at once pass the limit beside each other',
    file: `${STORE}runs.ts`,
    find: "await db.one('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ref.namespace)\n",
    replace: '\n',
    tests: CONTRACT,
  },
  {
    bug: 'two processes that look for work at once take the same job',
    file: `${STORE}jobs.ts`,
    find: ' FOR UPDATE OF j SKIP LOCKED',
    replace: '',
    tests: CONTRACT,
  },
  {
    bug: 'processes that start at once all prepare the database',
    file: `${STORE}migrate.ts`,
    find: 'SELECT pg_advisory_xact_lock(',
    replace: 'SELECT (',
    tests: CONTRACT,
  },
  {
    bug: 'a message with a NUL character cannot be saved',
    file: `${STORE}text.ts`,
    find: 'if (!text.includes(NUL) && !text.includes(ESCAPE)) return text\n',
    replace: 'if (text !== ESCAPE) return text\n',
    tests: CONTRACT,
  },
  {
    bug: 'a message is acknowledged before it is in the log of the database, and a killed server has never heard of it',
    file: `${STORE}database.ts`,
    find: "transaction('ISOLATION LEVEL READ COMMITTED', work)",
    replace: "transaction('ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off', work)",
    tests: ['e2e/scale/outage.test.ts'],
  },
]
