import { streamText } from 'ai'
import { describe, expect, it } from 'vitest'
import { type Fact, parseFacts } from '#lib/memory/facts.ts'
import { CONTINUE } from './continue.ts'
import { withNotes } from './notes.ts'
import { createOfflineModel, isOffline } from './offline.ts'
import { isOfflineAnswer } from './offline-answer.ts'

type Turn = [role: 'user' | 'assistant', content: string]

/** As the chat makes it: notes before the newest message, and for a cut-off reply the request to go on. */
function promptOf(turns: Turn[], memory: { context?: string; retrieved?: Fact[]; partial?: string } = {}) {
  const notes = [...parseFacts(memory.context ?? null), ...(memory.retrieved ?? [])]
  const messages = turns.map(([role, text], index) => ({
    role,
    content: index === turns.length - 1 ? withNotes(notes, text, 'abc') : text,
  }))
  if (!memory.partial) return { messages }
  const rest = [
    { role: 'assistant' as const, content: memory.partial },
    { role: 'user' as const, content: CONTINUE },
  ]
  return { messages: [...messages, ...rest] }
}

async function ask(turns: Turn[], memory?: Parameters<typeof promptOf>[1]): Promise<string> {
  return streamText({ model: createOfflineModel({ pauseMs: 0 }), ...promptOf(turns, memory) }).text
}

describe('the offline model', () => {
  it('acknowledges a statement, and says how to connect a model', async () => {
    const reply = await ask([['user', 'hi im bob']])
    expect(reply).toContain('No language model is connected')
    expect(reply).toContain('OPENAI_API_KEY')
    expect(reply).toContain('kept')
    expect(reply).not.toContain('>')
  })

  it('answers from the turns before, and says who said it', async () => {
    const hello = await ask([['user', 'hi im bob']])
    const reply = await ask([
      ['user', 'hi im bob'],
      ['assistant', hello],
      ['user', 'whats my name?'],
    ])
    expect(reply).toContain('> im bob\n>\n> — you, earlier in this chat')
  })

  it('explains at length once, and shortly after that', async () => {
    const hello = await ask([['user', 'hi im bob']])
    const reply = await ask([
      ['user', 'hi im bob'],
      ['assistant', hello],
      ['user', 'whats my name?'],
    ])
    expect(reply).toContain('No language model is connected.')
    expect(reply).not.toContain('OPENAI_API_KEY')
  })

  it('answers from what memory gave, with its date', async () => {
    const context = '- 2026-11-23 user: im bob\n- 2026-11-23 user: My cat is asleep.'
    const reply = await ask([['user', 'whats my name?']], { context })
    expect(reply).toContain('> im bob\n>\n> — you, 23 November 2026')
    expect(reply).not.toContain('cat')
  })

  it('answers from a retrieved message of the assistant', async () => {
    const retrieved = [{ date: '2026-11-24', role: 'assistant', text: 'The museum opens at 9. Have fun!' }]
    const reply = await ask([['user', 'When does the museum open?']], { retrieved })
    expect(reply).toContain('> The museum opens at 9.\n>\n> — I, 24 November 2026')
    expect(reply).not.toContain('Have fun')
  })

  it('says so when memory holds nothing on the question', async () => {
    const reply = await ask([
      ['user', 'hi im bob'],
      ['assistant', 'Hello!'],
      ['user', 'how tall is the eiffel tower?'],
    ])
    expect(reply).toContain('Memory holds nothing on that.')
    expect(reply).not.toContain('bob')
  })

  it('quotes neither its own replies nor questions as evidence', async () => {
    const hello = await ask([['user', 'whats my name?']])
    const reply = await ask([
      ['user', 'whats my name?'],
      ['assistant', hello],
      ['user', 'what is my name?'],
    ])
    expect(isOfflineAnswer(hello)).toBe(true)
    expect(reply).toContain('Memory holds nothing on that.')
  })

  it('takes what it said about itself for no evidence', async () => {
    const hello = await ask([['user', 'hi im bob']])
    const turns: Turn[] = [
      ['user', 'hi im bob'],
      ['assistant', hello],
      ['user', 'which language model is connected?'],
    ]
    expect(await ask(turns)).toContain('Memory holds nothing on that.')
  })

  it('goes on with an interrupted reply where it stopped', async () => {
    const turns: Turn[] = [
      ['user', 'i like tea'],
      ['assistant', 'Noted.'],
      ['user', 'what do i like?'],
    ]
    const whole = await ask(turns)
    const partial = whole.slice(0, 120)
    expect(partial + (await ask(turns, { partial }))).toBe(whole)
  })

  it('streams a few words at a time and stops when aborted', async () => {
    const stop = new AbortController()
    const model = createOfflineModel({ pauseMs: 5 })
    const { messages } = promptOf([['user', 'hi im bob']])
    const { stream } = streamText({ model, messages, abortSignal: stop.signal })
    const types: string[] = []
    let deltas = 0
    for await (const part of stream) {
      types.push(part.type)
      if (part.type === 'text-delta' && ++deltas === 3) stop.abort()
    }
    expect(deltas).toBeLessThan(6)
    expect(types).toContain('abort')
  })

  it('is told from a real model', () => {
    expect(isOffline(createOfflineModel())).toBe(true)
    expect(isOffline('openai/gpt-5')).toBe(false)
  })
})
