import { describe, expect, it } from 'vitest'
import { MemoryError } from '#lib/memory/errors.ts'
import type { Store } from '#lib/memory/store/store.ts'
import {
  aborted,
  chat,
  endOf,
  eventsOf,
  openChat,
  prompts,
  script,
  send,
  store,
  textOf,
  untilText,
} from './chat.fake.ts'

const untilStatus = (status: string, from = chat) =>
  expect.poll(async () => (await from.view('bob', 's'))?.messages[1]?.status).toBe(status)

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

  it('begins for the model and for the person when the question is on the disk, and not at all when the disk failed', async () => {
    const disk = Promise.withResolvers<void>()
    const beginTurn: Store['beginTurn'] = async (...of) => ({
      ...(await store.beginTurn(...of)),
      durable: disk.promise,
    })
    const writing = openChat('me', undefined, { ...store, beginTurn })
    let answered = false
    const sending = writing.send('bob', send(1)).finally(() => {
      answered = true
    })
    await expect
      .poll(async () => (await store.activeRuns({ namespace: 'bob', sessionId: 's' })).length)
      .toBe(1)
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect([answered, prompts]).toEqual([false, []])
    disk.reject(new MemoryError('storage-unavailable', 'The disk failed.'))
    await expect(sending).rejects.toMatchObject({ code: 'storage-unavailable' })
    await untilStatus('failed', writing)
    expect(prompts).toEqual([])
  })

  it('goes on when its reader leaves', async () => {
    const gate = Promise.withResolvers<void>()
    script.push({ words: ['half'], gate: gate.promise })
    const { frames } = await chat.send('bob', send(1))
    await frames.cancel()
    gate.resolve()
    await untilStatus('complete')
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
