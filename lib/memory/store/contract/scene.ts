import type { BeginTurn, Fence, NewMessage, SearchScope, SessionRef, Store } from '../store.ts'

export const bob: SessionRef = { namespace: 'bob', sessionId: 's1' }
export const eve: SessionRef = { namespace: 'eve', sessionId: 's1' }

/** The ids of the messages that a search for words finds, best first. */
export async function foundIds(store: Store, scope: SearchScope, terms: string[], limit = 9) {
  const messages = await store.readPlaces(scope, await store.searchMessages(scope, { terms, limit }))
  return messages.map(({ id }) => id)
}

export type Scene = ReturnType<typeof createScene>

/** Short words for what the suite does to the store of the running test. */
export function createScene(store: () => Store) {
  const said = (id: string, role = 'user', at = 1): NewMessage => ({
    id,
    role,
    content: `text ${id}`,
    createdAt: at,
  })
  const append = (ref: SessionRef, ...ids: string[]) =>
    store().appendMessages(
      ref,
      ids.map((id, index) => said(id, index % 2 ? 'assistant' : 'user')),
    )
  const turn = (turn: BeginTurn['turn'], options: Partial<BeginTurn> = {}): BeginTurn => ({
    create: { title: 'A chat' },
    run: { id: crypto.randomUUID(), owner: 'test', mode: turn.kind === 'continue' ? 'continue' : 'reply' },
    maxActiveRuns: 10,
    now: 5,
    turn,
    ...options,
  })
  const send = (id: string, replyId: string, after: string | null = null, text = `text ${id}`) =>
    turn({ kind: 'send', id, replyId, after, text })
  const end = (status: 'complete' | 'stopped' | 'failed' | 'interrupted', content: string) => ({
    status,
    content,
    error: null,
    receipt: null,
    jobs: [],
    at: 9,
  })
  async function reply(ref: SessionRef, begin: BeginTurn, content = 'an answer') {
    const { run } = await store().beginTurn(ref, begin)
    await store().startRun(run, 6)
    await store().finishRun(run, end('complete', content))
    return run
  }
  const pathOf = async (ref: SessionRef, limit = 100) =>
    (await store().listPath(ref, { limit })).messages.map((message) => message.id)
  const windowOf = async (ref: SessionRef) =>
    (await store().getWindow(ref)).messages.map((message) => message.id)

  /** Each claim comes after the lease of the one before has run out. */
  let clock = 0
  async function claim(ref: SessionRef): Promise<Fence> {
    await store().enqueueJob(ref, { kind: 'compaction', dueAt: 0 })
    clock += 1000
    const job = await store().claimJob({ now: clock, leaseMs: 100, lease: crypto.randomUUID() })
    if (!job) throw new Error('no job to claim')
    return { generation: job.generation, lease: job.lease, jobId: job.id }
  }
  async function summarise(
    ref: SessionRef,
    id: string,
    throughId: string,
    baseId: string | null,
    fence?: Fence,
  ) {
    const held = fence ?? (await claim(ref))
    return store().insertSummary(
      ref,
      {
        id,
        throughId,
        baseId,
        context: `context ${id}`,
        tokens: 3,
        folded: 1,
        source: 'llm',
        model: 'm',
        createdAt: 7,
      },
      { ...held, currentId: baseId },
    )
  }

  return { said, append, turn, send, end, reply, pathOf, windowOf, claim, summarise }
}
