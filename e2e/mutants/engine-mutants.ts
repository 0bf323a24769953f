import type { Mutant } from './mutant.ts'

const ENGINE = ['lib/memory/compaction.test.ts', 'lib/memory/engine.property.test.ts']
const CHAT = ['lib/chat/chat.test.ts', 'lib/chat/chat-processes.test.ts', 'lib/chat/chat-sessions.test.ts']

/** Bugs of the engine above the store, of the summariser and of runs. */
export const ENGINE_MUTANTS: readonly Mutant[] = [
  {
    bug: 'a model that answers NONE wipes the summary',
    file: 'lib/llm/summarize.ts',
    find: 'withoutReplaced(parseFacts(context), replaced)',
    replace: "withoutReplaced(parseFacts(text.trim() === 'NONE' ? null : context), replaced)",
    tests: ['lib/llm/summarize.test.ts'],
  },
  {
    bug: 'a summary that failed is taken for an empty one',
    file: 'lib/memory/compaction.ts',
    find: 'if (signal.aborted || alreadyStandsIn',
    replace:
      "return { context: '', model: null, source: 'llm' }\n      if (signal.aborted || alreadyStandsIn",
    tests: ENGINE,
  },
  {
    bug: 'a summary that failed is never tried again',
    file: 'lib/memory/jobs.ts',
    find: '.failJob(job, { dueAt: now() + retryPauseMs(job.attempts, job.kind), error: message })',
    replace: '.finishJob(job)',
    tests: ENGINE,
  },
  {
    bug: 'the last message of the window is folded and stays in the window, too',
    file: 'lib/memory/compaction.ts',
    find: 'const last = fold.at(-1)',
    replace: 'const last = fold.at(-2) ?? fold.at(-1)',
    tests: ENGINE,
  },
  {
    bug: 'the summary covers one message more than it was made from',
    file: 'lib/memory/compaction.ts',
    find: 'fold, throughId: last.id } : null',
    replace: 'fold: fold.slice(0, -1), throughId: last.id } : null',
    tests: ENGINE,
  },
  {
    bug: 'a summary in several parts begins at the end',
    file: 'lib/memory/compaction.ts',
    find: 'let rest = plan.fold\n',
    replace: 'let rest = plan.fold.toReversed()\n',
    tests: ENGINE,
  },
  {
    bug: 'a reply is folded while it is still being written',
    file: 'lib/memory/compaction.ts',
    find: 'firstChunk(streaming < 0 ? beyond : beyond.slice(0, streaming))',
    replace: 'firstChunk(streaming < 0 ? beyond : beyond.slice(0, streaming + 1))',
    tests: ENGINE,
  },
  {
    bug: 'a stand-in summary is never replaced when the model works again',
    file: 'lib/memory/compaction.ts',
    find: '(model && (await planUpgrade(job.ref, window)))',
    replace: '(model && null)',
    tests: ENGINE,
  },
  {
    bug: 'a reply whose process died is written on for ever',
    file: 'lib/chat/runs.ts',
    find: 'if (!silent && run.owner !== owner && isOwnerAlive(run.owner)) continue',
    replace: 'if (!silent) continue',
    tests: CHAT,
  },
  {
    bug: 'a model invents a name for the summary',
    file: 'lib/llm/summary-answer.ts',
    find: "if (invented.some((word) => word !== 'i' && !CONTRACTION.test(word))) return false",
    replace: 'void invented',
    tests: ['lib/llm/summarize.test.ts'],
  },
  {
    bug: 'the old value stays beside the new one',
    file: 'lib/memory/extractive.ts',
    find: 'const keys = [sameness(fact), factTopic(fact)].filter',
    replace: 'const keys = [sameness(fact)].filter',
    tests: ['lib/memory/extractive.test.ts'],
  },
  {
    bug: 'replies use up the tokens of background work',
    file: 'lib/memory/budget.ts',
    find: ".filter(({ kind }) => kind !== 'reply')",
    replace: '',
    tests: ['lib/chat/usage.test.ts'],
  },
  {
    bug: 'one person uses up the tokens of background work of everybody',
    file: 'lib/memory/budget.ts',
    find: "if (own >= tokensPerPerson) return 'person'\n",
    replace: '\n',
    tests: ['lib/chat/usage.test.ts'],
  },
]
