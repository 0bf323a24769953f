import type { Fact } from './facts.ts'

/** Up to this a sentence is kept only when there is nothing better: greetings, thanks, fillers, questions, chatter. */
export const WORTHLESS = 0

/** What makes a sentence worth remembering when the person (or a human role) says it. */
const OF_A_PERSON: readonly (readonly [RegExp, number])[] = [
  [/\b(my (?:first |last |full |middle |sur)?name|call me|i go by|named after)\b/iu, 60],
  [
    /\b(i am|i'?m)(?! (?:not )?(?:sure|sorry|glad|happy|fine|ok|okay|good|back|here|just|so|asking|wondering|curious)\b)/iu,
    40,
  ],
  [
    /\b(i|we)(?:'?ve| have)? (?:just |recently |now )?(?:live|lived|moved|work|worked|was born|were born|grew up|study|studied|married|own|have|has|had|got|bought|use|speak)\b/iu,
    28,
  ],
  [/\bmy [\p{L}]+(?: [\p{L}]+){0,3} (?:is|are|was|were|has|lives|works|likes)\b/iu, 34],
  [
    /\b(like|love|hate|prefer|enjoy|dislike|favou?rite|allergic|allergy|vegan|vegetarian|can'?t stand|afraid of)\b/iu,
    30,
  ],
  [
    /\b(i'?ll|i will|going to|gonna|plan(?:s|ning)? to|want to|need to|have to|appointment|deadline|meeting|flight|trip|booked|wedding|birthday)\b/iu,
    20,
  ],
]

/** What makes an assistant's sentence worth remembering: what it found, fixed, advised, or was told. */
const OF_AN_ASSISTANT: readonly (readonly [RegExp, number])[] = [
  [
    /\b(recommend|suggest|advise|booked|scheduled|decided|agreed|the answer is|result|total|costs?|confirmed|reserved)\b/iu,
    20,
  ],
  [/\byour [\p{L}]+(?: [\p{L}]+){0,3} (?:is|are|was|will)\b/iu, 12],
]

const OF_ANYONE: readonly (readonly [RegExp, number])[] = [
  [/\b(?=[\p{L}\d-]*\d)(?=[\p{L}\d-]*\p{L})[\p{L}\d-]{3,}\b|\b\p{Lu}{2,}[-_]?[\p{Lu}\d]{1,}\b/u, 22],
  [/\p{N}/u, 18],
  [
    /\b(?:january|february|march|april|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|tonight|next (?:week|month|year))\b/iu,
    12,
  ],
  [/(?<=[\p{L}\p{N},;] )\p{Lu}\p{Ll}+/u, 12],
  [
    /\b(not|never|no longer|anymore|don'?t|doesn'?t|didn'?t|won'?t|can'?t|isn'?t|aren'?t|without|except)\b/iu,
    10,
  ],
  [
    /\b(remember|note that|important|don'?t forget|keep in mind|password|code|pin|key|address|phone|email)\b/iu,
    18,
  ],
  [/\b(changed?|instead|actually|from now on|moved|switched|cancelled|updated?|new)\b/iu, 12],
]

const FILLER =
  /^(?:ok(?:ay)?|thanks?|thank you|thx|lol|haha|cool|nice|great|good|sure|yes|yeah|yep|no|nope|wow|hm+|hi|hello|hey|bye|goodbye|see you|good (?:morning|night|evening)|got it|i see|sounds good|perfect|awesome|interesting)\b[\s\p{P}\p{S}]*(?:\p{L}+[\s\p{P}\p{S}]*)?$/iu
const BOILERPLATE =
  /\b(?:how (?:can|may) i (?:help|assist)|i'?m (?:glad|happy|here|sorry|just)|i am (?:glad|happy|here)|as an ai|let me know|feel free|nice to meet you|you'?re welcome|happy to help|is there anything|glad to|i don'?t have (?:access|information)|no language model|language model is connected|word for word)\b/iu

/**
 * How much a fact is worth keeping when a context must be cut: identity, preferences, plans, names, numbers, dates, codes and
 * negations first; questions, greetings and fillers last. English cues only; what they do not know ranks by its digits
 * and names.
 */
export function factValue(fact: Fact): number {
  const { role, text } = fact
  if (role === null) return 80 // a person's or a client's own words about what matters
  if (FILLER.test(text)) return WORTHLESS - 20
  const assistant = isAssistant(role)
  if (assistant && BOILERPLATE.test(text)) return WORTHLESS - 10
  const cues = [...(assistant ? OF_AN_ASSISTANT : OF_A_PERSON), ...OF_ANYONE]
  const sum = cues.reduce((total, [pattern, worth]) => total + (pattern.test(text) ? worth : 0), 0)
  const question = /[?？]\s*$/u.test(text) || UNMARKED_QUESTION.test(text)
  return sum + (assistant ? 0 : 8) - (question ? 45 : 0) - text.length / 20
}

/** People leave the question mark out in a chat: "whats my name". */
const UNMARKED_QUESTION =
  /^(?:what'?s?|who'?s?|where'?s?|when'?s?|why|how'?s?|which|do|does|did|can|could|would|should|is|are|am|will) (?:\p{L}+ )*\p{L}+$/iu

/** Whether a role, in any of the spellings that clients use, is the machine's side. */
export function isAssistant(role: string): boolean {
  return /^(?:assistant|ai|bot|model|chatgpt|claude|aimessage)$/iu.test(role.trim())
}
