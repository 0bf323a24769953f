import { hash } from 'node:crypto'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { LimitReached } from '#lib/memory/errors.ts'
import type { Allowance } from '#lib/memory/store/limit-store.ts'
import type { LimitSettings } from './config.ts'

type Caller = { user: string; address: string }

/**
 * What a request takes of what a person, an address and everybody may do. What is written or costs a model's work is counted
 * in the store, exact over all processes; the requests themselves in this process, before they are read or looked up.
 */
export type Limits = {
  /** Counts a request. Throws `LimitReached`. */
  request(caller: Caller): Promise<void>
  /** For anything that makes a model work. */
  reply(caller: Caller): Allowance[]
  /** For any other change. */
  write(caller: Caller): Allowance[]
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** People behind one address (an office, a school) share its allowance, so it is wider than one person's. */
const PEOPLE_PER_ADDRESS = 5

export function createLimits(settings: LimitSettings): Limits {
  const perMinute = (kind: 'reply' | 'write', limit: number, { user, address }: Caller): Allowance[] => [
    allowance(`${kind}-user`, user, limit, MINUTE_MS),
    allowance(`${kind}-address`, address, limit * PEOPLE_PER_ADDRESS, MINUTE_MS),
  ]
  const byUser = requestLimiter('request-user', settings.requestsPerMinute)
  const byAddress = requestLimiter('request-address', settings.requestsPerMinute * PEOPLE_PER_ADDRESS)
  return {
    request: async ({ user, address }) => {
      await byUser(user)
      await byAddress(address)
    },
    reply: (caller) => [
      ...perMinute('reply', settings.runsPerMinute, caller),
      allowance('reply-day', 'all', settings.runsPerDay, DAY_MS),
    ],
    write: (caller) => perMinute('write', settings.writesPerMinute, caller),
  }
}

function requestLimiter(name: LimitName, points: number): (whose: string) => Promise<void> {
  const limiter = new RateLimiterMemory({ keyPrefix: name, points, duration: MINUTE_MS / 1000 })
  return async (whose) => {
    try {
      await limiter.consume(whose)
    } catch (refusal) {
      throw refusal instanceof RateLimiterRes ? new LimitReached(name, refusal.msBeforeNext) : refusal
    }
  }
}

/** Addresses are nothing to keep as they are, for a minute neither. */
function allowance(name: LimitName, whose: string, limit: number, windowMs: number): Allowance {
  const nameless = hash('sha256', whose, 'base64url').slice(0, 22)
  return { name, key: `${name} ${nameless}`, limit, windowMs }
}

const SENTENCES = {
  'request-user': 'That is many requests in a short time.',
  'request-address': 'That is many requests from your network in a short time.',
  'reply-user': 'That is many messages in a short time.',
  'reply-address': 'That is many messages from your network in a short time.',
  'reply-day': 'The replies that this server may give in a day are used up.',
  'tokens-day': 'The tokens that this server may use in a day are used up.',
  'summary-tokens':
    'The tokens of today for summaries are used up, and made without a model this one would be worse.',
  'write-user': 'That is many changes in a short time.',
  'write-address': 'That is many changes from your network in a short time.',
}
type LimitName = keyof typeof SENTENCES

/** A sentence for the person who must wait, and for how long. */
export function limitRefusal(reached: { allowance: string; retryAfterMs: number }): {
  message: string
  retryAfterSeconds: number
} {
  const retryAfterSeconds = Math.max(1, Math.ceil(reached.retryAfterMs / 1000))
  const what = Object.entries(SENTENCES).find(([name]) => name === reached.allowance)?.[1]
  return {
    message: `${what ?? 'That is too much.'} Try again ${inWords(retryAfterSeconds)}.`,
    retryAfterSeconds,
  }
}

function inWords(seconds: number): string {
  if (seconds < 120) return `in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`
  const hours = Math.ceil(seconds / 3600)
  return seconds < 5400 ? `in ${Math.ceil(seconds / 60)} minutes` : `in ${hours} hours`
}
