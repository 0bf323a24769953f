import { isAssistant } from './fact-value.ts'
import type { Message } from './store/store.ts'
import { spaceOut } from './terms.ts'

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** A longer name is no name. */
const MAX_NAME_CHARS = 100

/** What a message says, as a full-text index that splits at spaces can find it. */
export const contentWords = (content: string): string => spaceOut(content)

/** Who said it and when, in the words of a question: "Caroline 8 May 2023" (UTC). */
export function aboutWords({ name, createdAt }: Pick<Message, 'name' | 'createdAt'>): string {
  const date = new Date(createdAt)
  const day = Number.isNaN(date.getTime())
    ? ''
    : `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
  return `${name?.slice(0, MAX_NAME_CHARS) ?? ''} ${day}`.trim()
}

/**
 * Whether a message is ranked with what machines said. Many clients know two roles only, also where two people talk:
 * an "AI" that has a name of its own is a person.
 */
export const isReply = ({ role, name }: Pick<Message, 'role' | 'name'>): boolean =>
  isAssistant(role) && (name === null || isAssistant(name))
