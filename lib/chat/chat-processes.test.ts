import { describe, expect, it, vi } from 'vitest'
import { MemoryError } from '#lib/memory/errors.ts'
import type { Store } from '#lib/memory/store/store.ts'
import {
  chat,
  endOf,
  eventsOf,
  held,
  openChat,
  prompts,
  script,
  send,
  store,
  textOf,
  untilLogged,
  untilText,
} from './chat.fake.ts'

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
