import type { SessionRef, Store } from '#lib/memory/store/store.ts'
import type { PagePlace } from './types.ts'

/** About 40 turns. */
const PAGE = 80

type PathStore = Pick<Store, 'listPath' | 'getMessage'>
type Path = Awaited<ReturnType<Store['listPath']>>

/** A page of the visible path, with the positions that lead to the pages above and below it; `null` at the ends. */
export async function readPage(store: PathStore, ref: SessionRef, place: PagePlace) {
  const { session, messages, hasEarlier } = await pathAt(store, ref, place)
  const last = messages.at(-1)
  return {
    session,
    messages,
    earlier: hasEarlier ? (messages[0]?.position ?? null) : null,
    later: last && last.id !== session.headId ? last.position : null,
  }
}

async function pathAt(
  store: PathStore,
  ref: SessionRef,
  { before, after, around }: PagePlace,
): Promise<Path> {
  if (after !== undefined) return pathBelow(store, ref, after)
  if (before !== undefined) return store.listPath(ref, { limit: PAGE, before })
  const middle = around === undefined ? null : await store.getMessage(ref, around)
  if (middle) {
    const path = await store.listPath(ref, { limit: PAGE, before: middle.position + PAGE / 2 })
    if (path.messages.some(({ id }) => id === around)) return path
  }
  return store.listPath(ref, { limit: PAGE })
}

/** Forgotten messages leave gaps between positions: a page may hold less than is asked for, but not nothing. */
async function pathBelow(store: PathStore, ref: SessionRef, after: number): Promise<Path> {
  for (let end = after + PAGE; ; end += PAGE) {
    const path = await store.listPath(ref, { limit: PAGE, before: end + 1 })
    const messages = path.messages.filter(({ position }) => position > after)
    const atEnd = path.messages.at(-1)?.id === path.session.headId
    if (messages.length > 0 || atEnd || path.messages.length === 0)
      return { session: path.session, messages, hasEarlier: true }
  }
}
