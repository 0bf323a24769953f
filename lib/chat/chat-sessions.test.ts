import { describe, expect, it } from 'vitest'
import { aborted, chat, eventsOf, script, send, store, untilText } from './chat.fake.ts'

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
