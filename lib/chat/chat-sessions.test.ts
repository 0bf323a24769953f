import { describe, expect, it } from 'vitest'
import { aborted, chat, eventsOf, script, send, store, untilText } from './chat.fake.ts'
import type { PagePlace } from './types.ts'

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

describe('a page of a long session', () => {
  const ref = { namespace: 'bob', sessionId: 'long' }
  const numbers = async (place: PagePlace) => {
    const view = await chat.view('bob', 'long', place)
    const at = view?.messages.map(({ id }) => Number(id.slice(1))) ?? []
    return { from: at[0], to: at.at(-1), count: at.length, earlier: view?.earlier, later: view?.later }
  }
  const say = (from: number, to: number) =>
    store.appendMessages(
      ref,
      Array.from({ length: to - from + 1 }, (_, n) => ({
        id: `m${from + n}`,
        role: 'user' as const,
        content: `message ${from + n}`,
        createdAt: 1000 + from + n,
      })),
    )

  it('is the one about a message, from which pages lead up and down to the ends, each message once', async () => {
    await say(1, 1000)
    const middle = await numbers({ around: 'm500' })
    expect(middle).toMatchObject({ count: 80, earlier: 460, later: 539 })
    expect(await numbers({ before: 460 })).toMatchObject({ from: 380, to: 459, later: 459 })
    expect(await numbers({ after: 539 })).toMatchObject({ from: 540, to: 619, earlier: 540, later: 619 })
    expect(await numbers({ after: 979 })).toMatchObject({ from: 980, to: 1000, count: 21, later: null })
    expect(await numbers({ around: 'm2' })).toMatchObject({ from: 1, earlier: null, later: 41 })
    expect(await numbers({ around: 'm999' })).toMatchObject({ to: 1000, later: null })
    expect(await numbers({})).toMatchObject({ from: 921, to: 1000, later: null })
  })

  it('is the newest for a message that is not on the path, and none for a stranger', async () => {
    await say(1, 200)
    expect(await numbers({ around: 'nobody' })).toMatchObject({ to: 200, later: null })
    const elsewhere = { id: 'm9999', role: 'user' as const, content: 'x', createdAt: 9000 }
    await store.appendMessages(ref, [elsewhere], { parentId: 'm50' })
    expect(await numbers({ around: 'm150' })).toMatchObject({ to: 9999, later: null })
    expect(await chat.view('eve', 'long', { around: 'm50' })).toBeNull()
  })

  it('goes on below a gap of forgotten messages that is longer than a page', async () => {
    await say(1, 300)
    for (let n = 51; n <= 250; n++) await store.forgetMessage(ref, `m${n}`)
    expect(await numbers({ after: 50 })).toMatchObject({ from: 251 })
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
