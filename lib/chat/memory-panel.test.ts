import { MockLanguageModelV4 } from 'ai/test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UsedUp } from '#lib/memory/budget.ts'
import { extractFacts } from '#lib/memory/extractive.ts'
import { createMemory, type Summarize } from '#lib/memory/memory.ts'
import { createSqliteStore } from '#lib/memory/store/sqlite/sqlite-store.ts'
import type { Store } from '#lib/memory/store/store.ts'
import { type ChatService, createChat } from './chat.ts'
import { createForgetting, type Forgetting } from './forgetting.ts'
import { createMemoryPanel, type MemoryPanel } from './memory-panel.ts'
import { createReceipts, type Receipts } from './receipts.ts'

type SentMessage = { role: string; content: string | { text: string }[] }

let store: Store
let chat: ChatService
let panel: MemoryPanel
let receipts: Receipts
let forgetting: Forgetting
/** What the model received, newest last. */
let sent: { role: string; content: string }[][]
let summarize: Summarize
let usedUp: UsedUp
let hasModel: boolean

beforeEach(() => {
  store = createSqliteStore(':memory:')
  sent = []
  summarize = extractFacts
  usedUp = null
  hasModel = true
  const settings = { maxWindowSize: 6, longTermMemory: true }
  const now = Date.now
  const model = new MockLanguageModelV4({
    doStream: async ({ prompt }) => {
      sent.push((prompt as SentMessage[]).map(({ role, content }) => ({ role, content: plain(content) })))
      return { stream: streamOf(['Fine', '.']) } as never
    },
    doGenerate: async () => {
      throw new Error('no titles here')
    },
  })
  const memory = createMemory({ store, now, settings, summarizer: async () => (input) => summarize(input) })
  const status = { provider: 'custom', label: 'mock', connected: true } as const
  chat = createChat({
    store,
    memory,
    now,
    models: { current: async () => ({ status, chat: model, memory: model }) },
    maxActiveRuns: 4,
    owner: 'me',
    isOwnerAlive: () => true,
    onError: () => {},
  })
  panel = createMemoryPanel({
    store,
    settings,
    now,
    usedUp: async () => usedUp,
    hasModel: async () => hasModel,
    wake: chat.wake,
  })
  receipts = createReceipts({ store, price: { input: 0.25, output: 2 } })
  forgetting = createForgetting({ store, now, afterForgetting: chat.afterForgetting })
})
afterEach(async () => {
  await chat.close()
  await store.close()
})

const plain = (content: SentMessage['content']) =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('')

function streamOf(words: string[]): ReadableStream<unknown> {
  const counts = { total: 7, noCache: 5, cacheRead: 2, cacheWrite: 0 }
  const usage = { inputTokens: counts, outputTokens: { total: 3, text: 3, reasoning: 0 } }
  return new ReadableStream({
    start(controller) {
      controller.enqueue({ type: 'text-start', id: '1' })
      for (const delta of words) controller.enqueue({ type: 'text-delta', id: '1', delta })
      controller.enqueue({ type: 'text-end', id: '1' })
      controller.enqueue({ type: 'finish', usage, finishReason: { unified: 'stop', raw: 'stop' } })
      controller.close()
    },
  })
}

async function ask(n: number, text: string): Promise<void> {
  const after = n === 1 ? null : `a${n - 1}`
  const turn = { kind: 'send', sessionId: 's', isNew: n === 1, id: `q${n}`, replyId: `a${n}`, after } as const
  const { frames } = await chat.send('bob', { ...turn, text })
  for await (const _ of frames);
}

/** Until nothing waits: the summaries are made. */
async function settled(): Promise<void> {
  await expect.poll(async () => (await panel.view('bob', 's')).work.state).toBe('idle')
}

async function talk(): Promise<void> {
  await ask(1, 'hi, my name is Bob and I live in Lisbon')
  for (let n = 2; n <= 6; n++) await ask(n, `tell me about number ${n}`)
  await settled()
}

describe('the memory of a session', () => {
  it('tells what is word for word, what is summarised over which messages, and loses nothing', async () => {
    await talk()
    const view = await panel.view('bob', 's')
    expect(view.audit).toMatchObject({ messages: 12, lost: 0, doubled: 0 })
    expect(view.audit.summarised + view.window.length).toBe(12)
    expect(view.summary).toMatchObject({ source: 'llm', covers: view.audit.summarised })
    expect(view.summary?.facts.map(({ text }) => text).join()).toContain('Lisbon')
    expect(view.versions.map(({ number }) => number)).toEqual(
      view.versions.map((_, i, all) => all.length - i),
    )
    await expect(panel.view('eve', 's')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('lists the newest messages of a window that was never folded, and counts the others', async () => {
    const said = (n: number) => ({ id: `m${n}`, role: 'user', content: `word ${n}`, createdAt: n })
    await store.appendMessages(
      { namespace: 'bob', sessionId: 's' },
      Array.from({ length: 203 }, (_, n) => said(n)),
    )
    const view = await panel.view('bob', 's')
    expect([view.window.length, view.window.at(0)?.id, view.window.at(-1)?.id]).toEqual([200, 'm3', 'm202'])
    expect([view.olderMessages, view.audit.window]).toEqual([3, 203])
    expect(view.windowTokens).toBe(view.window.reduce((sum, { tokens }) => sum + tokens, 0))
  })

  it('makes no summary of a model anew without one: it says whose tokens of the day are used up, and how long', async () => {
    await talk()
    expect((await panel.view('bob', 's')).usedUp).toBeNull()
    usedUp = 'person'
    expect((await panel.view('bob', 's')).usedUp).toBe('person')
    const refusal = await panel.rebuild('bob', 's').catch((error: unknown) => error)
    expect(refusal).toMatchObject({ allowance: 'summary-tokens', retryAfterMs: expect.any(Number) })
    hasModel = false
    await expect(panel.rebuild('bob', 's')).rejects.toMatchObject({ code: 'no-model' })
    expect((await panel.view('bob', 's')).work.state).toBe('idle')
    usedUp = null
    hasModel = true
    expect((await panel.rebuild('bob', 's')).work.state).not.toBe('idle')
    await settled()
  })

  it('takes an edit of the summary into the very next prompt, and refuses one of an old summary', async () => {
    await talk()
    const { summary } = await panel.view('bob', 's')
    const basedOn = summary?.id ?? null
    const edited = await panel.edit('bob', 's', { context: 'Bob prefers the kazoo.', basedOn })
    expect(edited.summary).toMatchObject({ source: 'person', covers: summary?.covers })
    await ask(7, 'which instrument?')
    expect(JSON.stringify(sent.at(-1))).toContain('kazoo')
    await expect(panel.edit('bob', 's', { context: 'x', basedOn })).rejects.toMatchObject({
      code: 'conflict',
    })
    const detail = await panel.version('bob', 's', edited.summary?.id ?? '')
    expect(detail?.since?.changes.some(({ kind, fact }) => kind === 'added' && /kazoo/.test(fact.text))).toBe(
      true,
    )
    expect(detail?.usedBy.map(({ messageId }) => messageId)).toEqual(['a7'])
  })

  it('undoes a summary and takes that back', async () => {
    await talk()
    const { summary, audit } = await panel.view('bob', 's')
    const undone = await panel.undo('bob', 's', summary?.id ?? '')
    expect(undone?.audit.summarised).toBeLessThan(audit.summarised)
    expect(undone?.audit).toMatchObject({ messages: 12, lost: 0 })
    expect((await panel.redo('bob', 's', summary?.id ?? ''))?.summary?.id).toBe(summary?.id)
    expect(await panel.undo('bob', 's', 'absent')).toBeNull()
  })

  it('says while the summariser fails, and when it is tried again; a rebuild tries at once', async () => {
    summarize = async () => {
      throw new Error('no')
    }
    await ask(1, 'my name is Bob')
    for (let n = 2; n <= 4; n++) await ask(n, `number ${n}`)
    await expect.poll(async () => (await panel.view('bob', 's')).work.state).toBe('failing')
    const { work, audit } = await panel.view('bob', 's')
    expect(work).toMatchObject({ attempts: 1 })
    expect(work.state === 'failing' && work.nextTryAt).toBeGreaterThan(Date.now())
    expect(audit).toMatchObject({ messages: 8, window: 8, lost: 0 })
    summarize = extractFacts
    await panel.rebuild('bob', 's')
    await settled()
    expect((await panel.view('bob', 's')).audit).toMatchObject({ messages: 8, lost: 0, window: 3 })
  })

  it('tries failing work at once, without making anew what a person has written', async () => {
    await talk()
    const { summary } = await panel.view('bob', 's')
    const { summary: edited } = await panel.edit('bob', 's', {
      context: 'Bob prefers the kazoo.',
      basedOn: summary?.id ?? null,
    })
    summarize = async () => {
      throw new Error('no')
    }
    for (let n = 7; n <= 9; n++) await ask(n, `number ${n}`)
    await expect.poll(async () => (await panel.view('bob', 's')).work.state).toBe('failing')
    summarize = extractFacts
    await panel.retry('bob', 's')
    await settled()
    const after = await panel.view('bob', 's')
    expect(after.audit).toMatchObject({ messages: 18, lost: 0 })
    expect(after.audit.window).toBeLessThanOrEqual(6)
    const summaries = await store.listSummaries({ namespace: 'bob', sessionId: 's' })
    expect(summaries[0]?.baseId).toBe(edited?.id)
    expect(after.summary?.context).toContain('kazoo')
  })

  it('finds the message that a fact came from', async () => {
    await talk()
    const { summary } = await panel.view('bob', 's')
    const line = summary?.facts.findIndex(({ text }) => text.includes('Lisbon')) ?? -1
    const found = await panel.source('bob', 's', summary?.id ?? '', line)
    expect(found?.source).toMatchObject({ messageId: 'q1', role: 'user' })
    expect(await panel.source('bob', 's', summary?.id ?? '', 999)).toBeNull()
  })
})

describe('what the model saw', () => {
  it('is, of every reply, what was sent, byte for byte, and its parts are all of it', async () => {
    await store.setSettings('bob', { customInstructions: 'Be brief.\n---\nPlease.' })
    await talk()
    await ask(7, 'where does Bob live, in Lisbon?')
    for (let n = 1; n <= 7; n++) {
      const view = await receipts.prompt('bob', 's', `a${n}`)
      expect(view?.exact).toBe(true)
      expect(view?.messages.map(({ role, content }) => ({ role, content }))).toEqual(sent[n - 1])
      for (const { content, parts } of view?.messages ?? [])
        expect(parts.map(({ text }) => text).join('')).toBe(content)
    }
    expect(await receipts.prompt('bob', 's', 'a7')).toMatchObject({ price: { input: 0.25, output: 2 } })
    const kinds = (await receipts.prompt('bob', 's', 'a7'))?.messages.flatMap(({ parts }) => parts)
    expect(new Set(kinds?.map(({ kind }) => kind))).toContain('summary')
    const receipt = await receipts.receipt('bob', 's', 'a7')
    expect(receipt).toMatchObject({ model: 'mock', usage: { input: 7, output: 3 }, hasPrompt: true })
    expect(await receipts.prompt('eve', 's', 'a7')).toBeNull()
  })

  it('says in its place what was forgotten since', async () => {
    await talk()
    await ask(7, 'and then?')
    const before = await receipts.prompt('bob', 's', 'a7')
    expect(JSON.stringify(before)).toContain('number 6')
    await forgetting.message('bob', 's', 'q6')
    await forgetting.message('bob', 's', 'q1')
    const view = await receipts.prompt('bob', 's', 'a7')
    expect(view).toMatchObject({ exact: false, missing: { summary: true, window: 1 } })
    expect(JSON.stringify(view)).not.toMatch(/number 6|Lisbon/)
    const gone = view?.messages.flatMap(({ parts }) => parts).filter(({ kind }) => kind === 'forgotten')
    expect(gone?.length).toBe(2)
    expect(await receipts.receipt('bob', 's', 'a7')).toMatchObject({
      summary: { gone: true },
      window: { forgotten: 1 },
    })
  })
})

describe('forgetting', () => {
  it('says what goes, reports what went, and folds what is left again', async () => {
    await talk()
    const preview = await forgetting.preview('bob', 's', 'q1')
    expect(preview?.versions.length).toBeGreaterThan(0)
    const { versions: _, ...expected } = preview ?? { versions: [] }
    expect(await forgetting.message('eve', 's', 'q1').catch(() => null)).toBeNull()
    expect(await forgetting.message('bob', 's', 'q1')).toEqual(expected)
    await settled()
    const view = await panel.view('bob', 's')
    expect(view.audit).toMatchObject({ messages: 11, lost: 0 })
    expect(view.audit.summarised).toBeGreaterThan(0)
    expect(JSON.stringify([view, await chat.view('bob', 's')])).not.toContain('Lisbon')
    expect((await chat.listSessions('bob', null)).sessions[0]?.title).toBe('tell me about number 2')
  })

  it('beats a summary that is being made', async () => {
    const gate = Promise.withResolvers<void>()
    let calls = 0
    summarize = async (input) => {
      calls++
      if (calls === 1) await gate.promise
      return extractFacts(input)
    }
    await ask(1, 'my name is Zebulon')
    for (let n = 2; n <= 4; n++) await ask(n, `number ${n}`)
    await expect.poll(() => calls).toBe(1)
    await forgetting.message('bob', 's', 'q1')
    gate.resolve()
    await settled()
    expect(JSON.stringify(await store.listSummaries({ namespace: 'bob', sessionId: 's' }))).not.toContain(
      'Zebulon',
    )
  })
})
