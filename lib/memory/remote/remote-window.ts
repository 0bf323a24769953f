import { isAssistant } from '../fact-value.ts'
import type { RemoteMemory, Said } from './remote-client.ts'

/** A Motörhead gives back words and roles, no ids: these say what of ours it holds. All lists are oldest first. */

function isSame(one: Said, other: Said): boolean {
  return isAssistant(one.role) === isAssistant(other.role) && one.content === other.content
}

/** How many of `next`, from its first on, stand at the end of `there` already. */
export function overlap(there: readonly Said[], next: readonly Said[]): number {
  for (let size = Math.min(there.length, next.length); size > 0; size--) {
    if (next.slice(0, size).every((each, index) => isSame(each, there[there.length - size + index] as Said)))
      return size
  }
  return 0
}

/**
 * Whether a batch is there, seen from what stood before it: what is there ends like the one with the batch, or like the
 * one without. Where both fit or neither does (somebody else has written, too), the batch as such is looked for. With no
 * context nothing was folded: then a repeated exchange is told by how many messages there are.
 */
export function hasArrived(
  { messages: there, context }: RemoteMemory,
  before: readonly Said[],
  batch: readonly Said[],
): boolean {
  if (context === null && there.length <= before.length && sameEnd(there, before) === there.length)
    return false
  const withBatch = sameEnd(there, [...before, ...batch])
  const without = sameEnd(there, before)
  if (withBatch !== without) return withBatch > without
  const seen = batch.slice(-there.length)
  return there.some((_, from) => seen.every((each, index) => isThere(there[from + index], each)))
}

/** Takes out the last occurrence of each of `strays` (newest first). `complete`: all of them were found. */
export function without(
  there: readonly Said[],
  strays: readonly Said[],
): { rest: Said[]; complete: boolean } {
  const rest = [...there]
  let complete = true
  for (const stray of strays) {
    const index = rest.findLastIndex((each) => isSame(each, stray))
    if (index < 0) complete = false
    else rest.splice(index, 1)
  }
  return { rest, complete }
}

/** Puts the messages that we know in the place of the words, from the newest on; `null` for words that are not ours. */
export function recognise<T extends Said>(there: readonly Said[], ours: readonly T[]): (T | null)[] {
  let before = ours.length
  return there
    .toReversed()
    .map((said) => {
      const index = ours.findLastIndex((each, at) => at < before && isSame(each, said))
      if (index < 0) return null
      before = index
      return ours[index] as T
    })
    .reverse()
}

function sameEnd(one: readonly Said[], other: readonly Said[]): number {
  let size = 0
  while (size < one.length && isThere(one.at(-1 - size), other.at(-1 - size))) size++
  return size
}

const isThere = (one: Said | undefined, other: Said | undefined) =>
  one !== undefined && other !== undefined && isSame(one, other)
