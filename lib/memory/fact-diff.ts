import { type Fact, formatFact, parseFacts } from './facts.ts'
import { wordsOf } from './terms.ts'

/** One line of a comparison. `changed`: a fact that took the place of `before`. */
export type FactChange =
  | { kind: 'kept' | 'added' | 'removed'; fact: Fact }
  | { kind: 'changed'; fact: Fact; before: Fact }

/** Two facts that share more of their words than this are one that was changed. */
const SAME_SHARE = 0.5

/**
 * What a context has become: the facts of `after` in their order, and each that is gone behind the one that it followed.
 * A fact is the same when its line is; a new line most like a lost one is that one changed.
 */
export function compareContexts(before: string | null, after: string | null): FactChange[] {
  const rest = parseFacts(before).map((fact, index) => ({ fact, index }))
  const take = (found: (typeof rest)[number] | undefined) => found && rest.splice(rest.indexOf(found), 1)[0]
  const lines = parseFacts(after).map((fact) => {
    const line = formatFact(fact)
    const same = take(rest.find((old) => formatFact(old.fact) === line))
    return { fact, before: same, kind: same ? ('kept' as const) : ('added' as const) }
  })
  const changes = lines.map(({ fact, before, kind }) => {
    const old = kind === 'added' ? take(likest(fact, rest)) : undefined
    if (!old) return { index: before?.index ?? null, change: { kind, fact } as FactChange }
    return { index: old.index, change: { kind: 'changed', fact, before: old.fact } as FactChange }
  })
  for (const { fact, index } of rest) {
    const at = changes.findLastIndex((each) => each.index !== null && each.index < index)
    changes.splice(at + 1, 0, { index, change: { kind: 'removed', fact } })
  }
  return changes.map(({ change }) => change)
}

function likest<T extends { fact: Fact }>(fact: Fact, among: readonly T[]): T | undefined {
  const scored = among
    .map((each) => ({ each, share: sharedWords(fact, each.fact) }))
    .filter(({ share }) => share > SAME_SHARE)
  return scored.sort((a, b) => b.share - a.share)[0]?.each
}

function sharedWords(a: Fact, b: Fact): number {
  const [one, two] = [new Set(wordsOf(a.text)), new Set(wordsOf(b.text))]
  const shared = [...one].filter((word) => two.has(word)).length
  return a.role === b.role ? shared / Math.max(one.size, two.size, 1) : 0
}
