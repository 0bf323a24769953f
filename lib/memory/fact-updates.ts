import type { Fact } from './facts.ts'
import { STOP_WORDS } from './stop-words.ts'
import { searchTerms } from './terms.ts'

/** A word that more facts share says nothing about which of them belong together. */
const MAX_SHARING = 4
/** Inflections of a word begin alike. */
const STEM = 6
/** A fact of more words tells a story, and no single thing that is otherwise later. */
const MAX_ABOUT = 10
/** Of a longer fact the first words say what it is about. */
const MAX_WORDS = 24

/** What may be changed later: numbers, codes and names. */
const VALUE = /[\p{L}-]*\p{N}(?:[:.,/-]?[\p{L}\p{N}])*|\p{Lu}[\p{L}\p{M}-]+/gu

/** How people say that something is no longer as it was. */
const CHANGED =
  /\b(?:now|new|instead|actually|correct(?:ion|ed)?|changed?|chang(?:es|ing)|mov(?:e|ed|es)|switch(?:ed)?|rais(?:e|ed)|lower(?:ed)?|updated?|after all|no longer|any ?more|scrap|forget what|taken over|took over|replac(?:e|ed|es)|renamed?|postponed|cancell?ed|rather|make (?:it|that)|from now on)\b|n['’]t\b/iu

/**
 * For each fact (oldest first) the later ones that may be what became of it: about the same thing, and with a value that it
 * does not have. No fact is dropped for it; an older one is only not kept without the newer.
 */
export function laterVersions(facts: readonly Fact[]): number[][] {
  const values = facts.map(({ text }) => valuesOf(text))
  const about = facts.map(({ text }, index) => aboutOf(text, values[index]))
  const holders = new Map<string, number[]>()
  for (const [index, words] of about.entries())
    for (const word of words)
      holders.set(word, [...(holders.get(word) ?? []), index].slice(0, MAX_SHARING + 1))

  const isVersion = (old: number, later: number): boolean => {
    const [before, after] = [about[old] ?? new Set(), about[later] ?? new Set()]
    const shared = [...before].filter((word) => after.has(word)).length
    const isNews = [...(values[later] ?? [])].some((value) => !values[old]?.has(value))
    if (!isNews || after.size > MAX_ABOUT) return false
    return CHANGED.test(facts[later]?.text ?? '') || shared >= Math.max(2, before.size / 2)
  }
  return facts.map((_, index) => {
    if (values[index]?.size === 0 || (about[index]?.size ?? 0) > MAX_ABOUT) return []
    const near = [...(about[index] ?? [])].flatMap((word) => {
      const all = holders.get(word) ?? []
      return all.length > MAX_SHARING ? [] : all
    })
    return [...new Set(near)].filter((later) => later > index && isVersion(index, later))
  })
}

/** A number that two facts share is no sign of a common subject. */
function aboutOf(text: string, values: ReadonlySet<string> | undefined): Set<string> {
  const words = searchTerms(text).slice(0, MAX_WORDS)
  return new Set(words.filter((word) => !(/^\p{N}/u.test(word) && values?.has(word))).map(stem))
}

const stem = (word: string) => word.slice(0, STEM)

/** The numbers, codes and names of a text, in lower case. A sentence begins with a capital letter, whatever its first word is. */
export function valuesOf(text: string): Set<string> {
  const found = (text.match(VALUE) ?? []).map((value) => value.toLowerCase())
  return new Set(found.filter((value) => !STOP_WORDS.has(value)))
}
