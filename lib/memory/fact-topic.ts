import type { Fact } from './facts.ts'

const ARTICLE = '(?:my|our|the)'
const QUALIFIER = /\b(?:new|current|old|actual|actually|now)\b/gu

/** Attributes that have one value at a time, whatever the value looks like. */
const SINGLE =
  /\b(?:name|nickname|email|mail|phone|number|address|age|birthday|job|title|role|employer|company|password|passcode|code|pin|key|budget|deadline|flight|seat|room|hotel|doctor|dentist|boss|city|hometown|favou?rite|size|weight|height|price|plan|diet|car|date|time|appointment|meeting|version|timezone)\b/u

/** What one lives in beside a town: "a small flat with my cat". */
const NO_TOWN = '(?:an?|the|my|our|his|her|their)'
const LIVES = new RegExp(
  `^(?:i|we)(?:ve| have)? (?:just |now |currently |recently )*(?:live in|moved to|am living in) (?!${NO_TOWN} )`,
  'u',
)
/** A profession and an employer are held at one time. */
const WORKS_AS = /^i (?:just |now |currently )*(?:work|started working) as\b/u
const WORKS_AT =
  /^i (?:just |now |currently )*(?:work (?:at|for)|started (?:at|working (?:at|for))) (?!(?:night|home|weekends)\b)/u
const AGED = /^(?:i am|im|i just turned|i turned) (?:now )?\d{1,3}(?: years old)?$/u
const ATTITUDE =
  /^i (?:(?:really|also|still|now|just|do|dont|do not|no longer|never|cant|cannot|used to) )*((?:like|love|enjoy|hate|dislike|eat|drink|smoke|drive|own|have|use|play)) (\S+(?: \S+){0,3}?)(?: any ?more| now| any longer)*$/u

/**
 * What a fact is about when a later fact on the same thing plainly replaces it ("my budget is 500" → "change my budget to
 * 700", "i like olives" → "i don't like olives anymore"), else `null`. Careful on purpose: a wrong match would lose a
 * fact, a missed one only keeps both, in order.
 */
export function factTopic(fact: Fact): string | null {
  if (fact.role === null || /[?？]\s*$/u.test(fact.text)) return null
  const topic = topicOf(plain(fact.text))
  return topic === null ? null : `${fact.role}\n${topic}`
}

function topicOf(text: string): string | null {
  if (LIVES.test(text)) return 'live'
  if (WORKS_AS.test(text)) return 'work as'
  if (WORKS_AT.test(text)) return 'work at'
  if (AGED.test(text)) return 'age'
  return assignedTopic(text) ?? attitudeTopic(text)
}

function assignedTopic(text: string): string | null {
  const changed = new RegExp(
    `^(?:please )?(?:change|update|set|make) ${ARTICLE} ((?:\\S+ ){1,5}?)to (.+)$`,
    'u',
  ).exec(text)
  const called = new RegExp(
    `^${ARTICLE} ((?:\\S+ ){1,4}?)(?:is|are) (?:now )?(?:called|named) (.+)$`,
    'u',
  ).exec(text)
  if (called?.[1]) return `${thing(called[1])} name`
  const is =
    changed ??
    new RegExp(`^${ARTICLE} ((?:\\S+ ){1,5}?)(?:is now|are now|changed to|is|are) (.+)$`, 'u').exec(text)
  if (!is?.[1] || !is[2] || is[2].split(' ').length > 6) return null
  const about = thing(is[1])
  return SINGLE.test(about) ? about : null
}

function attitudeTopic(text: string): string | null {
  const [, , object] = ATTITUDE.exec(text) ?? []
  return object === undefined ? null : `attitude ${object.trim()}`
}

function thing(words: string): string {
  return words.replace(QUALIFIER, ' ').replace(/\s+/gu, ' ').trim()
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’]/gu, '')
    .replace(/[^\p{L}\p{N}@:+#/-]+/gu, ' ')
    .replace(/^ ?(?:actually|oh|and|but|also|now|by the way|btw|correction|sorry|wait|no|update) /u, '')
    .trim()
}
