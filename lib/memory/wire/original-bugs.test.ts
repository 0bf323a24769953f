import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Summarize } from '../memory.ts'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { messages, openScene } from './wire.fake.ts'

/** The defects of getmetal/motorhead at 571120f, each by its number in the wire contract, as tests of ours. */
describe('bugs of the original that ours does not have', () => {
  const scenes: ReturnType<typeof openScene>[] = []
  const open = (...options: Parameters<typeof openScene>) => {
    const scene = openScene(...options)
    scenes.push(scene)
    return scene
  }
  afterEach(async () => {
    for (const scene of scenes.splice(0)) await scene.close()
  })

  const MEMORY = '/sessions/s/memory'
  const numbers = (text: string | null) => (text?.match(/\d+/g) ?? []).map(Number)
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
  /** Every message number that the summary or the window holds, oldest first. */
  async function held({ get }: ReturnType<typeof open>, path = MEMORY): Promise<number[]> {
    const memory = await get(path)
    const inWindow = memory.messages.flatMap(({ content }: { content: string }) => numbers(content))
    return [...numbers(memory.context), ...inWindow.toReversed()]
  }
  /** A summariser that answers only when it is told to. */
  function heldBack() {
    const calls: { numbers: (string | undefined)[]; answer(context: string): void; fail(): void }[] = []
    const summarize: Summarize = ({ messages, signal }) =>
      new Promise((resolve, reject) => {
        calls.push({
          numbers: messages.map(({ content }) => /\d+/.exec(content)?.[0]),
          answer: (context) => resolve({ context, model: 'm' }),
          fail: () => reject(new Error('no answer')),
        })
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    const asked = async (count: number) => {
      while (calls.length < count) await new Promise((resolve) => setTimeout(resolve, 1))
      return calls[count - 1] as (typeof calls)[number]
    }
    return { summarize, asked, calls }
  }

  it('1: GET returns no more messages than the window holds', async () => {
    const scene = open()
    await scene.get(MEMORY, { body: { messages: messages(25) } })
    expect((await scene.get(MEMORY)).messages).toHaveLength(12)
    await scene.settle()
    expect((await scene.get(MEMORY)).messages.length).toBeLessThanOrEqual(12)
  })

  it('2: nothing is trimmed without a summary: not the first message of a conversation, not 87 of 100', async () => {
    const scene = open()
    for (let n = 1; n < 30; n += 2) {
      await scene.get(MEMORY, { body: { messages: messages(2, n) } })
      await scene.settle()
    }
    expect(await held(scene)).toEqual(upTo(30))
    await scene.get('/sessions/hundred/memory', { body: { messages: messages(100) } })
    await scene.settle()
    expect(await held(scene, '/sessions/hundred/memory')).toEqual(upTo(100))
    expect(await scene.get('/sessions/hundred/audit')).toMatchObject({ messages: 100, lost: 0 })
  })

  it('3: messages that arrive while the model summarises are kept, each in the window or the summary', async () => {
    const model = heldBack()
    const scene = open({ summarize: model.summarize })
    await scene.get(MEMORY, { body: { messages: messages(13) } })
    const working = scene.work()
    const call = await model.asked(1)
    for (let n = 14; n <= 20; n++) await scene.get(MEMORY, { body: { messages: messages(1, n) } })
    call.answer(`summary of ${call.numbers.join(',')}`)
    const second = await model.asked(2)
    second.answer(`summary of ${[...call.numbers, ...second.numbers].join(',')}`)
    await working
    expect(await held(scene)).toEqual(upTo(20))
    expect(await scene.get('/sessions/s/audit')).toMatchObject({ messages: 20, lost: 0 })
  })

  it('4: a role with ": " in it comes back whole', async () => {
    const scene = open()
    const message = { role: 'tool: search: x', content: ': a: b' }
    await scene.get(MEMORY, { body: { messages: [message] } })
    expect((await scene.get(MEMORY)).messages).toEqual([message])
  })

  it('5: DELETE removes everything, and beats a compaction in flight', async () => {
    const model = heldBack()
    const scene = open({ summarize: model.summarize })
    await scene.get(MEMORY, { body: { messages: messages(13) } })
    const working = scene.work()
    const call = await model.asked(1)
    await scene.get(MEMORY, { method: 'DELETE' })
    call.answer('a summary of what is deleted')
    await working
    expect(await scene.get(MEMORY)).toMatchObject({ messages: [], context: null, tokens: 0 })
    expect(await scene.get('/sessions')).toEqual([])
    expect(await scene.get('/sessions/s/retrieval', { body: { text: 'message 3' } })).toEqual([])
    expect(await scene.get('/sessions/s/messages')).toEqual({ messages: [], next: null })
  })

  it('5: a context that a client has just set is not overwritten by a summary in flight', async () => {
    const model = heldBack()
    const scene = open({ summarize: model.summarize })
    await scene.get(MEMORY, { body: { messages: messages(13) } })
    const working = scene.work()
    const call = await model.asked(1)
    await scene.get(MEMORY, { body: { messages: messages(1, 14), context: 'set by the client' } })
    call.answer('an old summary')
    const second = await model.asked(2)
    expect((await scene.get(MEMORY)).context).toBe('set by the client')
    second.answer('grown from what the client set')
    await working
    expect(
      (await scene.get('/sessions/s/summaries')).summaries.map(({ source }: { source: string }) => source),
    ).toEqual(['llm', 'client'])
  })

  it.each(['a|b', 'a*', 'a-b', '*', '-a', 'a"b', "a'b", '{a}'])(
    '6: the session id %s reads nothing of other sessions',
    async (id) => {
      const scene = open()
      await scene.get('/sessions/a/memory', {
        body: { messages: [{ role: 'Human', content: 'the canary of a' }] },
      })
      await scene.get('/sessions/b/memory', {
        body: { messages: [{ role: 'Human', content: 'the canary of b' }] },
      })
      const path = `/sessions/${encodeURIComponent(id)}`
      expect(await scene.get(`${path}/retrieval`, { body: { text: 'canary' } })).toEqual([])
      await scene.get(`${path}/memory`, {
        body: { messages: [{ role: 'Human', content: 'its own canary' }] },
      })
      const found = await scene.get(`${path}/retrieval`, { body: { text: 'canary' } })
      expect(found.map(({ content }: { content: string }) => content)).toEqual(['its own canary'])
      await scene.get(`${path}/memory`, { method: 'DELETE' })
      expect((await scene.get('/sessions/a/memory')).messages).toHaveLength(1)
    },
  )

  it('7: two processes on one database do not compact twice, and one that died holds nobody up', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-'))
    const file = join(folder, 'chat.db')
    const calls: string[] = []
    const counting: Summarize = async ({ messages }) => {
      calls.push(messages.map(({ content }) => /\d+/.exec(content)?.[0]).join())
      return { context: calls.join(), model: 'm' }
    }
    const one = open({ store: createSqliteStore(file), summarize: counting })
    const two = open({ store: createSqliteStore(file), summarize: counting })
    await one.get(MEMORY, { body: { messages: messages(13) } })
    await one.settle()
    await two.settle()
    await Promise.all([one.work(), two.work()])
    expect(calls).toEqual(['1,2,3,4,5,6,7'])
    // A third one took the next job and died with it.
    await one.get(MEMORY, { body: { messages: messages(7, 14) } })
    const held = await one.store.claimJob({ now: Number.MAX_SAFE_INTEGER / 4, leaseMs: 1, lease: 'dead' })
    expect(held).not.toBeNull()
    await one.settle()
    expect(calls).toHaveLength(2)
    rmSync(folder, { recursive: true })
  })

  it('7: a call of the model that hangs is given up, and holds nobody up until then', async () => {
    const { timeout } = AbortSignal
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout.call(AbortSignal, Math.min(ms, 50)))
    onTestFinished(() => void vi.restoreAllMocks())
    let hung = 0
    const scene = open({
      summarize: async ({ messages }) => {
        if (messages[0]?.content === 'message 1' && hung++ === 0) return new Promise(() => {})
        return { context: 'made all the same', model: 'm' }
      },
    })
    await scene.get(MEMORY, { body: { messages: messages(13) } })
    await scene.get('/sessions/t/memory', { body: { messages: messages(13, 14) } })
    const working = scene.work()
    await expect.poll(async () => (await scene.get('/sessions/t/memory')).context).toBe('made all the same')
    expect((await scene.get(MEMORY)).context).toBeNull()
    await working
    await scene.settle()
    expect((await scene.get(MEMORY)).context).toBe('made all the same')
    expect(hung).toBe(2)
  })

  it('8: a failed summary is tried again, and after three failures one without the model stands in', async () => {
    let fails = 1
    const scene = open({
      summarize: async () => {
        if (fails-- > 0) throw new Error('the model failed')
        return { context: 'made at the second attempt', model: 'm' }
      },
    })
    await scene.get(MEMORY, { body: { messages: messages(13) } })
    await scene.settle()
    expect((await scene.get(MEMORY)).context).toBe('made at the second attempt')
    fails = 3
    await scene.get('/sessions/t/memory', {
      body: { messages: [{ role: 'Human', content: 'My name is Bob.' }, ...messages(13)] },
    })
    for (let attempt = 0; attempt < 4; attempt++) {
      await scene.settle()
      expect(await scene.get('/sessions/t/audit')).toMatchObject({ messages: 14, lost: 0 })
    }
    expect((await scene.get('/sessions/t/memory')).messages.length).toBeLessThanOrEqual(12)
  })

  it('9: an answer of the model that says nothing does not replace a good summary', async () => {
    const answers = ['the good summary', '']
    const scene = open({
      summarize: async () => {
        const context = answers.shift()
        if (!context) throw new Error('the model answered nothing usable')
        return { context, model: 'm' }
      },
    })
    await scene.get(MEMORY, { body: { messages: messages(13) } })
    await scene.settle()
    await scene.get(MEMORY, { body: { messages: messages(7, 14) } })
    await scene.work()
    expect((await scene.get(MEMORY)).context).toBe('the good summary')
    expect(await scene.get('/sessions/s/audit')).toMatchObject({ messages: 20, lost: 0 })
  })

  it('10: an oversize first message is summarised like another, and several chunks in their order', async () => {
    const order: number[] = []
    const scene = open({
      summarize: async ({ messages: given }) => {
        expect(given.length).toBeGreaterThan(0)
        order.push(...given.map(({ content }) => Number(/\d+/.exec(content)?.[0])))
        return { context: order.join(), model: 'm' }
      },
    })
    const long = (n: number) => ({
      role: 'Human',
      content: `message ${n} ${'long '.repeat(n === 1 ? 50_000 : 1500)}`,
    })
    await scene.get(MEMORY, { body: { messages: upTo(20).map(long) } })
    await scene.settle()
    expect(order).toEqual(upTo(order.length))
    expect((await scene.get(MEMORY)).messages).toHaveLength(20 - order.length)
    expect(order.length).toBeGreaterThanOrEqual(8)
  })

  it('11: a save of nothing is one, and pages begin at 1', async () => {
    const scene = open()
    expect(await scene.ask(MEMORY, { body: { messages: [] } })).toMatchObject({ status: 200 })
    expect(await scene.get('/sessions')).toEqual([])
    expect(await scene.ask(MEMORY, { body: { messages: [], context: 'c' } })).toMatchObject({ status: 200 })
    expect(await scene.get(MEMORY)).toMatchObject({ messages: [], context: 'c' })
    expect(await scene.ask('/sessions?size=0')).toMatchObject({ status: 400 })
    expect(await scene.ask('/sessions?page=0')).toMatchObject({ status: 400 })
  })

  it('12: clients are isolated by their keys, and nobody comes in without one', async () => {
    const keys = [
      { name: 'one', key: 'a-key-of-program-one' },
      { name: 'two', key: 'a-key-of-program-two' },
    ]
    const scene = open({ access: { keys } })
    const one = { headers: { authorization: 'Bearer a-key-of-program-one' } }
    const two = { headers: { authorization: 'Bearer a-key-of-program-two' } }
    await scene.get(`${MEMORY}?namespace=x`, { ...one, body: { messages: messages(2), context: 'of one' } })
    expect(await scene.ask(MEMORY)).toMatchObject({ status: 401 })
    expect(await scene.get(MEMORY, two)).toMatchObject({ messages: [], context: null })
    expect(await scene.get('/sessions?namespace=x', two)).toEqual([])
    await scene.get(MEMORY, { ...two, method: 'DELETE' })
    const found = { ...two, body: { text: 'message 1', scope: 'namespace' } }
    expect(await scene.get('/sessions/s/retrieval', found)).toEqual([])
    expect(await scene.get(MEMORY, one)).toMatchObject({ context: 'of one' })
  })
})
