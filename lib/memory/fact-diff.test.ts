import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareContexts, type FactChange } from './fact-diff.ts'
import { formatFact } from './facts.ts'

const line = (text: string, day = '01') => `- 2026-01-${day} user: ${text}`
const told = (changes: FactChange[]) => changes.map(({ kind, fact }) => `${kind} ${fact.text}`)

describe('a comparison of two summaries', () => {
  it('tells what was added, removed and changed, where it stands', () => {
    const before = [line('I live in Berlin.'), line('my cat is Tom.'), line('I like tea.')].join('\n')
    const after = [line('I live in Lisbon.', '09'), line('I like tea.'), line('I play the violin.')].join(
      '\n',
    )
    const changes = compareContexts(before, after)
    expect(told(changes)).toEqual([
      'changed I live in Lisbon.',
      'removed my cat is Tom.',
      'kept I like tea.',
      'added I play the violin.',
    ])
    expect(changes[0]).toMatchObject({ before: { text: 'I live in Berlin.', date: '2026-01-01' } })
  })

  it('takes a first summary for all new, and an emptied one for all gone', () => {
    expect(told(compareContexts(null, line('a b')))).toEqual(['added a b'])
    expect(told(compareContexts(line('a b'), ''))).toEqual(['removed a b'])
  })

  it('holds every line of both sides once, those of the new one in their order', () => {
    const facts = fc.array(fc.constantFrom('a b c', 'a b d', 'x y', 'x z w', 'q').map((text) => line(text)))
    fc.assert(
      fc.property(facts, facts, (before, after) => {
        const changes = compareContexts(before.join('\n'), after.join('\n'))
        const news = changes.flatMap((each) => (each.kind === 'removed' ? [] : [formatFact(each.fact)]))
        const olds = changes.flatMap((each) => {
          if (each.kind === 'changed') return [formatFact(each.before)]
          return each.kind === 'added' ? [] : [formatFact(each.fact)]
        })
        expect(news).toEqual(after)
        expect(olds.sort()).toEqual([...before].sort())
      }),
    )
  })
})
