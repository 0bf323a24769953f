import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import type { LimitSettings } from './config.ts'

/** Why a request must wait: a sentence for the person, and when to try again. */
export type Refusal = { message: string; retryAfterSeconds: number }

type Caller = { user: string; address: string }

/** Each answers `null` when the request may go on, and has counted it then. */
export type Limits = {
  /** Before anything that makes a model work. Refuses, too, when counting fails. */
  reply(caller: Caller): Promise<Refusal | null>
  /** Before any other change. */
  write(caller: Caller): Promise<Refusal | null>
}

const MINUTE = 60
const DAY = 24 * 60 * MINUTE

/** People behind one address (an office, a school) share its allowance, so it is wider than one person's. */
const PEOPLE_PER_ADDRESS = 5

/** Counts in this process's memory, so it starts anew with the process. */
export function createLimits(settings: LimitSettings): Limits {
  const repliesByUser = limiter('reply-user', settings.runsPerMinute, MINUTE)
  const repliesByAddress = limiter('reply-address', settings.runsPerMinute * PEOPLE_PER_ADDRESS, MINUTE)
  const repliesByDay = limiter('reply-day', settings.runsPerDay, DAY)
  const writesByUser = limiter('write-user', settings.writesPerMinute, MINUTE)
  const writesByAddress = limiter('write-address', settings.writesPerMinute * PEOPLE_PER_ADDRESS, MINUTE)

  return {
    reply: ({ user, address }) =>
      reserve([
        [repliesByUser, user, 'That is many messages in a short time.'],
        [repliesByAddress, address, 'That is many messages from your network in a short time.'],
        [repliesByDay, 'all', 'The replies that this server may give in a day are used up.'],
      ]),
    write: ({ user, address }) =>
      reserve([
        [writesByUser, user, 'That is many changes in a short time.'],
        [writesByAddress, address, 'That is many changes from your network in a short time.'],
      ]),
  }
}

type Counter = Pick<RateLimiterMemory, 'consume' | 'reward'>
type Reservation = [counter: Counter, key: string, message: string]

/** All or nothing: what was counted before a refusal is given back, so that a refused request costs nothing. */
export async function reserve(reservations: Reservation[]): Promise<Refusal | null> {
  const held: Reservation[] = []
  for (const reservation of reservations) {
    const [counter, key, message] = reservation
    try {
      await counter.consume(key)
      held.push(reservation)
    } catch (error) {
      await Promise.allSettled(held.map(([taken, takenKey]) => taken.reward(takenKey)))
      return refusal(message, error)
    }
  }
  return null
}

function refusal(message: string, error: unknown): Refusal {
  if (!isLimitReached(error)) {
    return { message: 'Messages cannot be counted at the moment. Try again shortly.', retryAfterSeconds: 10 }
  }
  const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000))
  return { message: `${message} Try again ${inWords(retryAfterSeconds)}.`, retryAfterSeconds }
}

function isLimitReached(error: unknown): error is RateLimiterRes {
  return typeof error === 'object' && error !== null && !(error instanceof Error) && 'msBeforeNext' in error
}

function inWords(seconds: number): string {
  if (seconds < 2 * MINUTE) return `in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`
  const hours = Math.ceil(seconds / 3600)
  return seconds < 90 * MINUTE ? `in ${Math.ceil(seconds / MINUTE)} minutes` : `in ${hours} hours`
}

function limiter(keyPrefix: string, points: number, duration: number): RateLimiterMemory {
  return new RateLimiterMemory({ keyPrefix, points, duration })
}
