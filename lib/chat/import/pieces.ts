import type { SessionTree, TreeMessage } from '#lib/memory/store/transfer.ts'

/** So many messages are written at once: other people's turns get in between. */
const PIECE_MESSAGES = 500

/**
 * What is imported, in the pieces it is written in. A long session comes as ever longer beginnings of itself, of which a
 * store adds what it does not have: parents stand before their children, so that each beginning is a tree.
 */
export function* inPieces(trees: readonly SessionTree[]): Generator<SessionTree[]> {
  let piece: SessionTree[] = []
  let messages = 0
  for (const tree of trees) {
    if (messages > 0 && messages + tree.messages.length > PIECE_MESSAGES) {
      yield piece
      piece = []
      messages = 0
    }
    for (let end = PIECE_MESSAGES; end < tree.messages.length; end += PIECE_MESSAGES)
      yield [beginningOf(tree, end)]
    piece.push(tree)
    messages += Math.min(tree.messages.length, PIECE_MESSAGES)
  }
  if (piece.length > 0) yield piece
}

function beginningOf({ session, messages, summaries }: SessionTree, end: number): SessionTree {
  const beginning = messages.slice(0, end)
  const ids = new Set(beginning.map(({ id }) => id))
  return {
    session: { ...session, headId: headIn(messages, ids, session.headId) },
    messages: beginning,
    // One of no message is there before them all, and others grow from it.
    summaries: summaries.filter(({ throughId }) => throughId === null || ids.has(throughId)),
  }
}

/** The message on the way to the head that a beginning ends with, so that the head can move on from it. */
function headIn(
  messages: readonly TreeMessage[],
  ids: ReadonlySet<string>,
  headId: string | null,
): string | null {
  const parents = new Map(messages.map(({ id, parentId }) => [id, parentId]))
  let id = headId
  while (id !== null && !ids.has(id)) id = parents.get(id) ?? null
  return id
}
