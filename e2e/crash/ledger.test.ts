import { describe, expect, it } from 'vitest'
import { checkSession, type Held, type Sent } from './ledger.ts'

const sent = (n: number, change: Partial<Sent> = {}): Sent => ({
  id: `q${n}`,
  replyId: `a${n}`,
  text: `text ${n}`,
  askedAt: n * 10,
  ackedAt: n * 10 + 5,
  refused: false,
  reply: { seen: `answer ${n}`, complete: true },
  ...change,
})
const held = (n: number): Held[] => [
  { id: `q${n}`, role: 'user', content: `text ${n}`, status: 'complete' },
  { id: `a${n}`, role: 'assistant', content: `answer ${n}`, status: 'complete' },
]
const kinds = (all: Sent[], messages: Held[]) => checkSession(all, messages).map(({ kind }) => kind)

describe('the ledger of a crash test', () => {
  it('is content when all is there once and in order', () => {
    expect(checkSession([sent(1), sent(2)], [...held(1), ...held(2)])).toEqual([])
  })

  it('sees a lost message and a lost reply', () => {
    expect(kinds([sent(1), sent(2)], held(2))).toEqual(['lost', 'lost'])
    expect(kinds([sent(1)], held(1).slice(0, 1))).toEqual(['lost'])
  })

  it('sees a message that a retry stored twice under another id', () => {
    const again = { id: 'q1b', role: 'user', content: 'text 1', status: 'complete' }
    expect(kinds([sent(1)], [...held(1), again])).toEqual(['doubled', 'unknown'])
  })

  it('sees two messages that changed places, unless they were sent at the same time', () => {
    expect(kinds([sent(1), sent(2)], [...held(2), ...held(1)])).toEqual(['out of order'])
    expect(kinds([sent(1, { ackedAt: 25 }), sent(2)], [...held(2), ...held(1)])).toEqual([])
  })

  it('sees a text that changed, and a reply that does not begin as it was seen', () => {
    const [question, answer] = held(1) as [Held, Held]
    expect(kinds([sent(1)], [{ ...question, content: 'other' }, answer])).toContain('changed')
    expect(kinds([sent(1)], [question, { ...answer, content: 'answer' }])).toEqual(['changed'])
    const cut = sent(1, { reply: { seen: 'answ', complete: false } })
    expect(kinds([cut], [question, { ...answer, content: 'an', status: 'interrupted' }])).toEqual([])
    expect(kinds([cut], [question, { ...answer, content: 'other', status: 'interrupted' }])).toEqual([
      'changed',
    ])
  })

  it('lets be what nobody was told of, there or not, but not what was refused', () => {
    const unknown = sent(1, { ackedAt: null, reply: { seen: '', complete: false } })
    expect(kinds([unknown], [])).toEqual([])
    expect(kinds([unknown], held(1))).toEqual([])
    expect(kinds([{ ...unknown, refused: true }], held(1))).toEqual(['unknown'])
  })
})
