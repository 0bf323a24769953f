import type { LanguageModel } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MemoryError } from '#lib/memory/errors.ts'
import { extractFacts } from '#lib/memory/extractive.ts'
import { createMemory } from '#lib/memory/memory.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { Store } from '#lib/memory/store/store.ts'
import { type ChatService, createChat, type ReplyStream } from './chat.ts'
import type { ChatRequest } from './types.ts'

type Part = { type: string; [key: string]: unknown }
/** What the model says next; `gate` holds it back until it is opened. */
type Script = { words: string[]; gate?: Promise<void>; fail?: Error; hang?: boolean }

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
}

let store: Store
let chat: ChatService
let script: Script[]
let prompts: string[]
/** What the host was asked to wait for. */
let held: Promise<unknown>[]
let aborted: number
const chats: ChatService[] = []

/** Another process on the same store, which nobody can tell dead from alive but by its name. */
function openChat(owner = 'me', isOwnerAlive = (_: string) => true, over: Store = store): ChatService {
  const model = new MockLanguageModelV4({
    doStream: async ({ abortSignal, prompt }) => {
      prompts.push(JSON.stringify(prompt))
      const { words, gate, fail, hang } = script.shift() ?? { words: ['fine'] }
      if (fail && words.length === 0) throw fail
      abortSignal?.addEventListener('abort', () => aborted++)
      const stream = new ReadableStream<Part>({
        async start(controller) {
          controller.enqueue({ type: 'text-start', id: '1' })
          for (const delta of words) controller.enqueue({ type: 'text-delta', id: '1', delta })
          await gate
          if (hang) return
          if (fail) controller.enqueue({ type: 'error', error: fail })
          controller.enqueue({ type: 'text-end', id: '1' })
          controller.enqueue({ type: 'finish', usage: USAGE, finishReason: { unified: 'stop', raw: 'stop' } })
          controller.close()
        },
      })
      return { stream } as never
    },
    doGenerate: async () => {
      throw new Error('titles and summaries fail here')
    },
  })
  const models = {
    current: async () => ({ status: STATUS, chat: model as LanguageModel, memory: model as LanguageModel }),
  }
  const memory = createMemory({
    store: over,
    now: Date.now,
    settings: { maxWindowSize: 12, longTermMemory: true },
    summarizer: async () => extractFacts,
  })
  const opened = createChat({
    store: over,
    memory,
    models,
    now: Date.now,
    maxActiveRuns: 4,
    owner,
    isOwnerAlive,
    holdOpen: (work) => held.push(work),
    onError: () => {},
  })
  chats.push(opened)
  return opened
}
const STATUS = { provider: 'custom', label: 'mock', connected: true } as const

beforeEach(() => {
  store = createSqliteStore(':memory:')
  script = []
  prompts = []
  aborted = 0
  held = []
  chat = openChat()
})
afterEach(async () => {
  await Promise.all(chats.splice(0).map((each) => each.close()))
  await store.close()
})

const send = (n: number, options: Partial<Extract<ChatRequest, { kind: 'send' }>> = {}): ChatRequest => ({
  kind: 'send',
  sessionId: 's',
  isNew: n === 1,
  id: `q${n}`,
  replyId: `a${n}`,
  after: n === 1 ? null : `a${n - 1}`,
  text: `question ${n}`,
  ...options,
})

type Event = {
  id: number
  chunk: { type: string; delta?: string; errorText?: string; messageMetadata?: unknown }
}
async function eventsOf(reply: ReplyStream | null): Promise<Event[]> {
  const events: Event[] = []
  for await (const frame of reply?.frames ?? []) {
    const match = /^id: (\d+)\ndata: (.*)\n\n$/s.exec(frame)
    if (match) events.push({ id: Number(match[1]), chunk: JSON.parse(match[2] ?? '') })
  }
  return events
}
const textOf = (events: Event[]) => events.map(({ chunk }) => chunk.delta ?? '').join('')
const endOf = (events: Event[]) => events.at(-1)?.chunk
async function untilText(sessionId: string, text: string, from = chat): Promise<void> {
  await expect.poll(async () => (await from.view('bob', sessionId))?.messages.at(-1)?.text).toBe(text)
}

/** So many chunks of the reply in session `s` are in the store, for other processes. */
async function untilLogged(chunks: number): Promise<void> {
  await expect
    .poll(async () => {
      const [run] = await store.activeRuns({ namespace: 'bob', sessionId: 's' })
      return run && (await store.readChunks(run.ref, run.id, 0))?.chunks.length
    })
    .toBe(chunks)
}

describe('a reply', () => {
  it('streams in order, is numbered from 0, and is there after it', async () => {
    script.push({ words: ['Hello', ' Bob'] })
    const events = await eventsOf(await chat.send('bob', send(1)))
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index))
    expect(events.map(({ chunk }) => chunk.type)).toEqual([
      'start',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'finish',
    ])
    const view = await chat.view('bob', 's')
    expect(view?.messages.map(({ role, text, status }) => [role, text, status])).toEqual([
      ['user', 'question 1', 'complete'],
      ['assistant', 'Hello Bob', 'complete'],
    ])
    expect(view?.session).toMatchObject({ title: 'question 1', running: false })
    expect(view?.runs).toEqual([])
  })

  it('is given what was said before, and keeps the receipt of it', async () => {
    await eventsOf(await chat.send('bob', send(1, { text: 'hi im bob' })))
    await eventsOf(await chat.send('bob', send(2, { text: 'whats my name?' })))
    expect(prompts[1]).toContain('hi im bob')
    const { receipt } = (await store.getMessage({ namespace: 'bob', sessionId: 's' }, 'a2')) ?? {}
    expect(receipt).toMatchObject({ windowIds: ['q1', 'a1', 'q2'], model: 'mock', summaryId: null })
  })

  it('has the first message in the prompt after sixty others, with a window of twelve', async () => {
    await eventsOf(await chat.send('bob', send(1, { text: 'hi im bob' })))
    for (let n = 2; n <= 31; n++)
      await eventsOf(await chat.send('bob', send(n, { text: `tell me about the number ${n}` })))
    await expect
      .poll(async () => (await store.audit({ namespace: 'bob', sessionId: 's' })).window)
      .toBeLessThanOrEqual(12)
    await eventsOf(await chat.send('bob', send(32, { text: 'whats my name?' })))
    expect(prompts.at(-1)).toContain('im bob')
    expect(prompts.at(-1)).not.toContain('the number 2 ')
    const audit = await store.audit({ namespace: 'bob', sessionId: 's' })
    expect(audit).toMatchObject({ messages: 64, lost: 0, doubled: 0 })
  })

  it('asked for twice is one reply, and the same id with other text is refused', async () => {
    await eventsOf(await chat.send('bob', send(1)))
    const again = await eventsOf(await chat.send('bob', send(1)))
    expect(textOf(again)).toBe('fine')
    expect(prompts).toHaveLength(1)
    await expect(chat.send('bob', send(1, { text: 'other' }))).rejects.toMatchObject({ code: 'conflict' })
  })

  it('goes on when its reader leaves', async () => {
    const gate = Promise.withResolvers<void>()
    script.push({ words: ['half'], gate: gate.promise })
    const { frames } = await chat.send('bob', send(1))
    await frames.cancel()
    gate.resolve()
    await expect.poll(async () => (await chat.view('bob', 's'))?.messages[1]?.status).toBe('complete')
    expect(aborted).toBe(0)
  })

  it('is read from any point by a second tab, and nothing comes twice', async () => {
    const gate = Promise.withResolvers<void>()
    script.push({ words: ['one ', 'two'], gate: gate.promise })
    const first = await chat.send('bob', send(1))
    await untilText('s', 'one two')
    const view = await chat.view('bob', 's')
    const { id = '', next = 0 } = view?.runs[0] ?? {}
    const second = await chat.resume('bob', 's', id, next)
    gate.resolve()
    const [all, rest] = await Promise.all([eventsOf(first), eventsOf(second)])
    expect((view?.messages[1]?.text ?? '') + textOf(rest)).toBe(textOf(all))
    expect(rest[0]?.id).toBe(next)
    expect(await chat.resume('bob', 's', id, 0)).toBeNull()
    expect(await chat.resume('eve', 's', id, 0)).toBeNull()
  })

  it('is read live, and stopped, from another process', async () => {
    const other = openChat('other')
    script.push({ words: ['so far'], hang: true })
    const first = await chat.send('bob', send(1))
    await untilText('s', 'so far', other)
    const runId = (await other.view('bob', 's'))?.runs[0]?.id ?? ''
    const abroad = await other.resume('bob', 's', runId, 0)
    expect(await other.stop('eve', 's', runId)).toBe(false)
    expect(await other.stop('bob', 's', runId)).toBe(true)
    const [here, there] = await Promise.all([eventsOf(first), eventsOf(abroad)])
    expect(there).toEqual(here)
    expect(endOf(here)).toMatchObject({ type: 'finish', messageMetadata: { status: 'stopped' } })
    expect(aborted).toBe(1)
    expect((await other.view('bob', 's'))?.messages[1]).toMatchObject({ text: 'so far', status: 'stopped' })
  })

  it('that fails says so in a sentence, keeps its text, and the next one works', async () => {
    script.push({ words: ['half'], fail: new Error('secret sk-12345') })
    const events = await eventsOf(await chat.send('bob', send(1)))
    const error = events.find(({ chunk }) => chunk.type === 'error')?.chunk.errorText
    expect(error).toMatch(/^[A-Z].*\.$/)
    expect(error).not.toContain('sk-12345')
    expect((await chat.view('bob', 's'))?.messages[1]).toMatchObject({
      status: 'failed',
      text: 'half',
      error,
    })
    expect(textOf(await eventsOf(await chat.send('bob', send(2))))).toBe('fine')
  })

  it('without any text has failed', async () => {
    script.push({ words: [] })
    const events = await eventsOf(await chat.send('bob', send(1)))
    expect(endOf(events)).toMatchObject({ messageMetadata: { status: 'failed' } })
  })
})

describe('two tabs', () => {
  it('that send at once get one order, and replies one after the other', async () => {
    await eventsOf(await chat.send('bob', send(1)))
    const gate = Promise.withResolvers<void>()
    script.push({ words: ['left'], gate: gate.promise }, { words: ['right'] })
    const left = await chat.send('bob', send(2, { after: 'a1' }))
    const right = await openChat('other').send('bob', send(3, { after: 'a1' }))
    expect((await chat.view('bob', 's'))?.runs).toHaveLength(2)
    gate.resolve()
    await Promise.all([eventsOf(left), eventsOf(right)])
    expect((await chat.view('bob', 's'))?.messages.map(({ id, text }) => `${id} ${text}`).slice(2)).toEqual([
      'q2 question 2',
      'a2 left',
      'q3 question 3',
      'a3 right',
    ])
    expect(prompts.at(-1)).toContain('left')
  })

  it('may have so many replies in progress together, and no more', async () => {
    const hung = Array.from({ length: 4 }, () => ({ words: ['x'], hang: true }))
    script.push(...hung)
    for (let n = 1; n <= 4; n++) await chat.send('bob', send(1, { sessionId: `s${n}` }))
    const fifth = chat.send('bob', send(1, { sessionId: 's5' }))
    await expect(fifth).rejects.toMatchObject({ code: 'too-many-runs' })
    expect(await chat.view('bob', 's5')).toBeNull()
  })

  it('takes what it is allowed, and begins no reply beyond that', async () => {
    const once = [{ name: 'n', key: 'k', limit: 1, windowMs: 60_000 }]
    await eventsOf(await chat.send('bob', send(1), once))
    const again = await eventsOf(await chat.send('bob', send(1), once))
    expect(again.at(-1)).toBeDefined()
    await expect(chat.send('bob', send(2), once)).rejects.toMatchObject({ code: 'limit-reached' })
    expect((await chat.view('bob', 's'))?.messages).toHaveLength(2)
  })
})

describe('a process that dies', () => {
  it('leaves the text so far, marked interrupted, and the reply can go on', async () => {
    const dead = openChat('dead')
    script.push({ words: ['The answer', ' is'], hang: true })
    await dead.send('bob', send(1))
    await untilLogged(4)
    const heir = openChat('heir', (owner) => owner !== 'dead')
    await heir.start()
    expect((await heir.view('bob', 's'))?.messages[1]).toMatchObject({
      text: 'The answer is',
      status: 'interrupted',
    })

    script.push({ words: [' 42.'] })
    await eventsOf(await heir.send('bob', { kind: 'continue', sessionId: 's', messageId: 'a1' }))
    expect((await heir.view('bob', 's'))?.messages).toHaveLength(2)
    expect((await heir.view('bob', 's'))?.messages[1]).toMatchObject({
      text: 'The answer is 42.',
      status: 'complete',
    })
    expect(prompts.at(-1)).toContain('The answer is')

    await eventsOf(
      await heir.send('bob', { kind: 'regenerate', sessionId: 's', messageId: 'a1', replyId: 'a1b' }),
    )
    expect((await heir.view('bob', 's'))?.messages[1]?.versions).toEqual(['a1', 'a1b'])
  })

  it('is noticed by whoever reads its reply in another process', async () => {
    const dead = openChat('dead')
    script.push({ words: ['The answer', ' is'], hang: true })
    const { runId } = await dead.send('bob', send(1))
    await untilLogged(4)
    const events = await eventsOf(
      await openChat('reader', (owner) => owner !== 'dead').resume('bob', 's', runId, 0),
    )
    expect(textOf(events)).toBe('The answer is')
    expect(endOf(events)).toMatchObject({ messageMetadata: { status: 'interrupted' } })
  })

  it('leaves nothing undone for long: any request has another process look', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
    const other = openChat('other', (owner) => owner !== 'dead')
    script.push({ words: ['stuck'], hang: true })
    await openChat('dead').send('bob', send(1))
    const ref = { namespace: 'bob', sessionId: 's' }
    other.touch()
    await Promise.all(held.splice(0).slice(1))
    expect(await store.activeRuns(ref)).toHaveLength(1)
    await store.enqueueJob(ref, { kind: 'compaction', dueAt: Date.now() })
    vi.setSystemTime(1_011_000)
    other.touch()
    other.touch()
    expect(held).toHaveLength(1)
    await Promise.all(held)
    expect(await store.activeRuns(ref)).toEqual([])
    expect(await store.nextJobAt()).toBeNull()
    vi.useRealTimers()
  })

  it('before the answer to its own commit came is no reason to write nothing: the same turn again starts the reply', async () => {
    const { maxActiveRuns, now } = { maxActiveRuns: 4, now: Date.now() }
    const run = { id: 'lost', owner: 'me', mode: 'reply' as const }
    const turn = { kind: 'send' as const, id: 'q1', replyId: 'a1', after: null, text: 'question 1' }
    await store.beginTurn(
      { namespace: 'bob', sessionId: 's' },
      { create: { title: 't' }, run, turn, maxActiveRuns, now },
    )
    script.push({ words: ['here'] })
    const events = await eventsOf(await chat.send('bob', send(1)))
    expect(textOf(events)).toBe('here')
    expect(prompts).toHaveLength(1)
  })

  it('does not hold up the next question', async () => {
    const dead = openChat('dead')
    script.push({ words: ['stuck'], hang: true })
    await dead.send('bob', send(1))
    const heir = openChat('heir', (owner) => owner !== 'dead')
    const events = await eventsOf(await heir.send('bob', send(2)))
    expect(endOf(events)).toMatchObject({ messageMetadata: { status: 'complete' } })
  })

  it('on a disk that is full keeps nobody from reading, and is marked when there is room', async () => {
    const dead = openChat('dead')
    script.push({ words: ['so far'], hang: true })
    await dead.send('bob', send(1))
    await untilLogged(3)
    let full = true
    const finishRun: Store['finishRun'] = async (...of) => {
      if (full) throw new MemoryError('storage-full', 'The disk is full.')
      return store.finishRun(...of)
    }
    const heir = openChat('heir', (owner) => owner !== 'dead', { ...store, finishRun })
    await heir.start()
    expect((await heir.view('bob', 's'))?.messages[1]).toMatchObject({ text: 'so far', status: 'streaming' })
    full = false
    expect((await heir.view('bob', 's'))?.messages[1]).toMatchObject({
      text: 'so far',
      status: 'interrupted',
    })
  })

  it('that is only stopping keeps the text as interrupted', async () => {
    script.push({ words: ['half a'], hang: true })
    await chat.send('bob', send(1))
    await untilText('s', 'half a')
    await chat.close()
    expect((await openChat('next').view('bob', 's'))?.messages[1]).toMatchObject({
      text: 'half a',
      status: 'interrupted',
    })
  })
})

describe('a deleted session', () => {
  it('stops its replies, is not found, and comes back whole', async () => {
    script.push({ words: ['so far'], hang: true })
    const reply = await chat.send('bob', send(1))
    await untilText('s', 'so far')
    expect(await chat.remove('eve', 's')).toBeNull()
    const { undoUntil } = (await chat.remove('bob', 's')) ?? { undoUntil: 0 }
    expect(undoUntil).toBeGreaterThan(Date.now())
    await eventsOf(reply)
    expect(aborted).toBe(1)
    expect(await chat.view('bob', 's')).toBeNull()
    expect((await chat.listSessions('bob', null)).sessions).toEqual([])
    await expect(chat.send('bob', send(2))).rejects.toMatchObject({ code: 'not-found' })
    expect(await chat.restore('eve', 's')).toBe(false)
    expect(await chat.restore('bob', 's')).toBe(true)
    expect((await chat.view('bob', 's'))?.messages[1]).toMatchObject({ text: 'so far', status: 'stopped' })
  })
})

describe('the list of sessions', () => {
  it('comes in pages, newest first, to the oldest of 120', async () => {
    for (let n = 0; n < 120; n++) {
      const ref = { namespace: 'bob', sessionId: `s${n}` }
      await store.appendMessages(ref, [{ id: 'm', role: 'user', content: 'x', createdAt: 1000 + (n % 7) }])
    }
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page = await chat.listSessions('bob', cursor)
      seen.push(...page.sessions.map(({ id }) => id))
      cursor = page.next
    } while (cursor)
    expect(new Set(seen).size).toBe(120)
    expect(seen).toHaveLength(120)
  })

  it('keeps the name that a person gave', async () => {
    await eventsOf(await chat.send('bob', send(1)))
    expect(await chat.patch('bob', 's', { title: 'Mine' })).toMatchObject({ title: 'Mine' })
    expect(await chat.patch('eve', 's', { title: 'Hers' })).toBeNull()
    expect((await chat.view('bob', 's'))?.session.title).toBe('Mine')
  })
})
