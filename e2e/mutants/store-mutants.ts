import type { Mutant } from './mutant.ts'

const STORE = 'lib/memory/store/sqlite/'
const CONTRACT = ['lib/memory/store/sqlite/sqlite-store.test.ts']
const ENGINE = ['lib/memory/compaction.test.ts', 'lib/memory/engine.property.test.ts']

/** Bugs of the SQLite store. */
export const STORE_MUTANTS: readonly Mutant[] = [
  {
    bug: 'messages beyond the window are trimmed by their position, summarised or not',
    file: `${STORE}messages.ts`,
    find: 'moveHead(session.key, parent?.id ?? null, at)',
    replace: `moveHead(session.key, parent?.id ?? null, at)
        run('DELETE FROM messages WHERE session_key = ? AND position <= ?', session.key, (parent?.position ?? 0) - 4)`,
    tests: ENGINE,
  },
  {
    bug: 'a summary from before a forget or an edit is committed all the same: no generation check',
    file: `${STORE}summaries.ts`,
    find: '|| session.generation !== fence.generation',
    replace: '',
    tests: CONTRACT,
  },
  {
    bug: 'a summary is committed by a process that has lost its lease',
    file: `${STORE}summaries.ts`,
    find: "if (!one('SELECT 1 FROM jobs WHERE id = ? AND lease = ?', fence.jobId, fence.lease)) return false\n",
    replace: '\n',
    tests: CONTRACT,
  },
  {
    bug: 'two summaries of the same messages are both committed',
    file: `${STORE}summaries.ts`,
    find: 'if ((current?.id ?? null) !== fence.currentId) return false\n',
    replace: 'void current\n',
    tests: CONTRACT,
  },
  {
    bug: 'the lock on a job is in the process, so that a second process does it again',
    file: `${STORE}jobs.ts`,
    find: 'if (!row) return null\n',
    replace: `const mine = ((tree as { held?: Map<string, number> }).held ??= new Map())
        if (!row || (mine.get(row.id as string) ?? 0) > now) return null
        mine.set(row.id as string, now + leaseMs)
        leaseMs = 0
`,
    tests: CONTRACT,
  },
  {
    bug: 'a job that a dead process held is never taken over',
    file: `${STORE}jobs.ts`,
    find: '(coalesce(j.lease_until, 0) <= ?1 OR j.lease_until > ?2)',
    replace: '(j.lease_until IS NULL OR j.lease_until > ?2)',
    tests: CONTRACT,
  },
  {
    bug: 'a job that was asked for while it ran is forgotten',
    file: `${STORE}jobs.ts`,
    find: "'DELETE FROM jobs WHERE id = ? AND lease = ? AND revision = ?'",
    replace: "'DELETE FROM jobs WHERE id = ? AND lease = ? AND revision >= ? - 1000000'",
    tests: CONTRACT,
  },
  {
    bug: 'each new message asks a failing model at once again',
    file: `${STORE}jobs.ts`,
    find: 'if (waitsAlready(one, key, job)) continue',
    replace: "run('UPDATE jobs SET due_at = min(due_at, ?) WHERE session_key = ?', job.dueAt, key)",
    tests: CONTRACT,
  },
  {
    bug: 'a session is found whatever the namespace',
    file: `${STORE}tree.ts`,
    find: "'SELECT * FROM sessions WHERE namespace = ? AND id = ? AND deleted_at IS NULL'",
    replace: "'SELECT * FROM sessions WHERE ? IS NOT NULL AND id = ? AND deleted_at IS NULL'",
    tests: CONTRACT,
  },
  {
    bug: "another person's deleted session can be restored",
    file: `${STORE}sessions.ts`,
    find: "'UPDATE sessions SET deleted_at = NULL WHERE namespace = ? AND id = ? AND deleted_at IS NOT NULL'",
    replace:
      "'UPDATE sessions SET deleted_at = NULL WHERE ? IS NOT NULL AND id = ? AND deleted_at IS NOT NULL'",
    tests: CONTRACT,
  },
  {
    bug: "another person's run can be stopped",
    file: `${STORE}runs.ts`,
    find: 'WHERE s.namespace = ? AND s.id = ? AND r.id = ?',
    replace: 'WHERE ? IS NOT NULL AND s.id = ? AND r.id = ?',
    tests: CONTRACT,
  },
  {
    bug: 'the summary of another branch is seen',
    file: `${STORE}tree.ts`,
    find: 'FROM messages m WHERE m.session_key = ?1 AND m.id = ?2\n    UNION ALL',
    replace:
      'FROM messages m WHERE m.session_key = ?1 AND m.id = ?2 AND (SELECT count(*) FROM summaries) = 0\n    UNION ALL',
    tests: CONTRACT,
  },
  {
    bug: 'what failed half-way is kept by half',
    file: `${STORE}database.ts`,
    find: "if (database.isTransaction) run('ROLLBACK')",
    replace: "if (database.isTransaction) run('COMMIT')",
    tests: CONTRACT,
  },
  {
    bug: 'of writes that share a commit, the one that failed half-way is kept by half',
    file: `${STORE}database.ts`,
    find: "if (database.isTransaction) run('ROLLBACK TO work')",
    replace: '',
    tests: [...CONTRACT, 'lib/memory/store/sqlite/group-commit.test.ts'],
  },
  {
    bug: 'a message is acknowledged before it is committed',
    file: `${STORE}group-commit.ts`,
    find: 'resolve({ value: inTransaction(begin.work), durable })',
    replace: 'resolve({ value: work(), durable })\n        setTimeout(() => inTransaction(() => 0), 1)',
    tests: CONTRACT,
  },
  {
    bug: 'messages that arrive together are acknowledged before they are committed',
    file: `${STORE}group-commit.ts`,
    find: 'for (const each of group) outcomes.push(attempt(each))',
    replace: `for (const each of group) {
          const outcome = attempt(each)
          if ('done' in outcome) each.resolve(outcome.value)
          outcomes.push(outcome)
        }
        if (!isWhole()) return`,
    tests: [...CONTRACT, 'lib/memory/store/sqlite/group-commit.test.ts'],
  },
  {
    bug: 'another program’s lock on the file stops the whole server',
    file: `${STORE}database.ts`,
    find: 'BUSY_TIMEOUT_MS = 25',
    replace: 'BUSY_TIMEOUT_MS = 5000',
    tests: CONTRACT,
  },
  {
    bug: 'what was committed before a lock came between is done again after it',
    file: `${STORE}group-commit.ts`,
    find: 'group: group.slice(index), error',
    replace: 'group, error',
    tests: ['lib/memory/store/sqlite/group-commit.test.ts'],
  },
  {
    bug: 'the log is copied into the file before it is on the disk',
    file: `${STORE}database.ts`,
    find: 'PRAGMA synchronous = NORMAL',
    replace: 'PRAGMA synchronous = OFF',
    tests: CONTRACT,
  },
  {
    bug: 'a write is acknowledged before it is on the disk',
    file: `${STORE}group-commit.ts`,
    find: '    await durable\n',
    replace: '',
    tests: ['lib/memory/store/sqlite/log-sync.test.ts'],
  },
  {
    bug: 'a disk that failed is taken for one that has synced',
    file: `${STORE}log-sync.ts`,
    find: 'if (error) reject(error)',
    replace: 'if (error) resolve()',
    tests: ['lib/memory/store/sqlite/log-sync.test.ts'],
  },
  {
    bug: 'a repeated append is stored twice',
    file: `${STORE}messages.ts`,
    find: 'parent = held ?? insertMessage(session.key, parent, message)',
    replace:
      'parent = insertMessage(session.key, parent, held ? { ...message, id: crypto.randomUUID() } : message)',
    tests: CONTRACT,
  },
  {
    bug: 'a repeated turn makes a second reply',
    file: `${STORE}runs.ts`,
    find: 'const replay = findReplay(session.key, ref, begin)\n        if (replay) return { run: replay, replayed: true }',
    replace: `const replay = findReplay(session.key, ref, begin)
        if (replay && 'replyId' in begin.turn)
          Object.assign(begin.turn, { id: crypto.randomUUID(), replyId: crypto.randomUUID() })`,
    tests: CONTRACT,
  },
  {
    bug: 'two replies of one session are written at once',
    file: `${STORE}runs.ts`,
    find: "earlier ? (row.status as string) : 'running',\n          row.seq,\n        )\n        return earlier ? 'wait' : 'started'",
    replace: "'running',\n          row.seq,\n        )\n        return 'started'",
    tests: CONTRACT,
  },
  {
    bug: 'a reply that has ended is overwritten by a late process',
    file: `${STORE}runs.ts`,
    find: 'if (key === undefined || !row || row.ended_at !== null) return false',
    replace: 'if (key === undefined || !row) return false',
    tests: CONTRACT,
  },
  {
    bug: 'the work that a reply calls for is not written with it',
    file: `${STORE}runs.ts`,
    find: 'addJobs(database, key, end.jobs)\n        return true',
    replace: 'return true',
    tests: CONTRACT,
  },
  {
    bug: 'the replies of one person use up the limit of all',
    file: `${STORE}runs.ts`,
    find: 'r.ended_at IS NULL WHERE s.namespace = ?',
    replace: 'r.ended_at IS NULL WHERE ? IS NOT NULL',
    tests: CONTRACT,
  },
  {
    bug: 'what a person forgets or deletes for good stays in the index',
    file: `${STORE}migrations.ts`,
    find: 'DELETE FROM message_index WHERE rowid = old.seq;',
    replace: '',
    tests: CONTRACT,
  },
  {
    bug: 'a reply that is forgotten or deleted for good stays in the index',
    file: `${STORE}migrations.ts`,
    find: 'DELETE FROM reply_index WHERE rowid = old.seq;',
    replace: '',
    tests: CONTRACT,
  },
  {
    bug: 'a search misses what was acknowledged a moment ago',
    file: `${STORE}search.ts`,
    find: '      if (found) return found\n      await indexing.catchUpIfFree()',
    replace: '      if (found) return found',
    tests: CONTRACT,
  },
  {
    bug: 'a reply misses what was said elsewhere a moment ago',
    file: `${STORE}indexing.ts`,
    find: 'AND NOT (session_key = ? AND position > ?)',
    replace: 'AND NOT (session_key = ? OR position > ?)',
    tests: [`${STORE}indexing.test.ts`],
  },
  {
    bug: 'a forgotten message stays in the summaries that covered it',
    file: `${STORE}forgetting.ts`,
    find: 'JSON.stringify(going.summaryIds)',
    replace: 'JSON.stringify(going.summaryIds.slice(1))',
    tests: CONTRACT,
  },
  {
    bug: 'a job that works while a session is deleted brings its summary back',
    file: `${STORE}sessions.ts`,
    find: 'return bumpGeneration(session.key) > 0\n      }),\n\n    restoreSession',
    replace: 'return true\n      }),\n\n    restoreSession',
    tests: CONTRACT,
  },
  {
    bug: 'a model overwrites the title that a person gave',
    file: `${STORE}sessions.ts`,
    find: 'TITLE_STRENGTH[source] < TITLE_STRENGTH[session.titleSource]',
    replace: 'TITLE_STRENGTH[source] < 0',
    tests: CONTRACT,
  },
  {
    bug: 'a deleted session buys new tokens for the day',
    file: `${STORE}usage.ts`,
    find: 'const session = findSession(ref)\n        if (!session) return\n',
    replace:
      'const session = findSession(ref)\n        if (!session) return void run("DELETE FROM daily_usage")\n',
    tests: CONTRACT,
  },
]
