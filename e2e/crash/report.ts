import { cpus } from 'node:os'
import type { Problem } from './ledger.ts'
import type { Outcome } from './scenarios.ts'

/** RELIABILITY.md, from what one run has found. */
export function formatReport(run: {
  outcomes: readonly Outcome[]
  notices: readonly string[]
  seed: number
  command: string
  /** Of the database servers. */
  postgres: string
}): string {
  const { outcomes, notices, seed, command, postgres } = run
  const sum = (value: (outcome: Outcome) => number) =>
    outcomes.reduce((total, each) => total + value(each), 0)
  const count = (outcome: Outcome, ...kinds: Problem['kind'][]) =>
    outcome.problems.filter(({ kind }) => kinds.includes(kind)).length
  const rows = outcomes.map((outcome) => [
    outcome.name,
    outcome.kills,
    outcome.sessions,
    outcome.acknowledged,
    outcome.byPrograms,
    outcome.replies,
    count(outcome, 'lost'),
    count(outcome, 'doubled'),
    count(outcome, 'out of order'),
    count(outcome, 'changed', 'unknown'),
    count(outcome, 'audit'),
    `${percentile(outcome.starts, 0.5)} / ${percentile(outcome.starts, 0.95)}`,
  ])
  return `# Reliability

Written by \`${command}\` on ${new Date().toISOString().slice(0, 10)}, seed ${seed}; Node ${process.versions.node},
SQLite ${process.versions.sqlite}, ${postgres}, ${cpus().length} cores that others worked on, too.

**${sum(({ kills }) => kills).toLocaleString('en')} kills: of ${sum(({ acknowledged }) => acknowledged).toLocaleString('en')} acknowledged messages ${sum((each) => count(each, 'lost'))} were lost and ${sum((each) => count(each, 'doubled'))} doubled.**

${table(
  [
    'what happened',
    'kills',
    'chats',
    'messages acknowledged',
    'of them by programs',
    'replies seen whole',
    'lost',
    'doubled',
    'out of order',
    'changed or unknown',
    'audit not clean',
    'start, p50 / p95 ms',
  ],
  rows,
)}
${notices.map((notice) => `\nNot run: ${notice}.\n`).join('')}
## How it is done

A real server process with the real SQLite file is killed with SIGKILL while six browser tabs of four people write to it over
HTTP, each with its cookie, and two programs save messages through the memory API, one to three at a time; half of the starts are without a model, half with one over HTTP. Two of five kills come at the
moment at which somebody is told that their message is safe, one of twelve while the process still starts, the others at random.
After each restart every chat that was written to is read from the database and compared with the clients' own ledger:

- a message whose request was answered with 200 is there exactly once, with its text; so is one that was sent again because its
  answer never came;
- a message that was acknowledged before another one was sent stands before it;
- a reply whose end somebody saw is there word for word; of one that was cut off, what is kept and what was seen begin alike;
- what was refused is not there;
- nobody is refused for anything but a disk or database in trouble, and messages of chats and of programs were both acknowledged;
- the store's audit: each message once in the chain of summaries or in the window, 0 lost, 0 doubled.

At the end no reply is left half written, no background job is left over, and the database finds its files sound: SQLite by its
integrity check, Postgres by \`amcheck\`, which goes through every table and every index.

Over Postgres two processes serve the same people, who are sent to either of them. The server and all of its processes are stopped
and then killed with SIGKILL, so that none of them gets to do anything more; a process of the app that lives on is written to while
the database is gone, while it recovers, and after. "Not saved" is a maybe there, as a server that dies with a commit in its hands
leaves nobody who knows: the client sends the same again under the same id, and the message must then be there once.

The many kills are of the app behind its own routes, without the framework that serves the pages, as that starts sooner; one row is the
whole server as \`npm start\` runs it. The seed decides who says what and when the kill comes; how far the processor has
got by then it cannot decide. SIGKILL takes the process and not the machine: that a commit survives a power cut is the
promise of a synced log, and that of Postgres for \`fsync=on\`, on a disk that keeps its own, and is not tried here.
`
}

function table(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) =>
    `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |`
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  )
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
}
