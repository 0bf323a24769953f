import { MemoryError } from '../../errors.ts'
import { type MessageRow, type SessionRow, toRun } from '../rows.ts'
import { isOnPath } from '../search-scope.ts'
import type { BeginTurn, Run, SessionRef } from '../store.ts'
import type { Queries } from './database.ts'
import { findMessage, hasChild, insertMessage, pathStretches, requireMessage } from './tree.ts'

/** The run of a turn that was made durable before, when this is the same turn again. */
export async function findReplay(
  db: Queries,
  key: number,
  ref: SessionRef,
  { turn }: BeginTurn,
): Promise<Run | null> {
  if (turn.kind === 'continue') {
    const active = await db.one(
      'SELECT * FROM runs WHERE session_key = $1 AND message_id = $2 AND ended_at IS NULL',
      key,
      turn.messageId,
    )
    return active ? toRun(active, ref) : null
  }
  const reply = await findMessage(db, key, turn.replyId)
  const asked = turn.kind === 'regenerate' ? null : await findMessage(db, key, turn.id)
  if (!reply && !asked) return null
  const sameText = turn.kind === 'regenerate' || (asked?.role === 'user' && asked.content === turn.text)
  const sameReply = turn.kind === 'regenerate' || (reply !== null && reply.parentId === asked?.id)
  const row =
    reply && sameText && sameReply
      ? await db.one(
          'SELECT * FROM runs WHERE session_key = $1 AND message_id = $2 ORDER BY seq LIMIT 1',
          key,
          reply.id,
        )
      : undefined
  if (!row)
    throw new MemoryError('conflict', 'This id is already used for another message. Send it as a new one.')
  return toRun(row, ref)
}

/** The message that a new turn's reply hangs under, and, for `continue`, the reply itself. The session is locked. */
export async function placeTurn(
  db: Queries,
  session: SessionRow,
  { turn, now }: BeginTurn,
): Promise<{ prompt: MessageRow; reply: MessageRow }> {
  const key = session.key
  const newReply = (prompt: MessageRow, id: string) =>
    insertMessage(db, session, prompt, {
      id,
      role: 'assistant',
      byChat: true,
      content: '',
      status: 'streaming',
      createdAt: now,
    })
  const newPrompt = (parent: MessageRow | null, id: string, content: string) =>
    insertMessage(db, session, parent, { id, role: 'user', content, byChat: true, createdAt: now })

  switch (turn.kind) {
    case 'send': {
      const head = await findMessage(db, key, session.headId)
      const seen = await findMessage(db, key, turn.after)
      const elsewhere = seen && head && !isOnPath(seen, await pathStretches(db, key, head))
      const prompt = await newPrompt(elsewhere ? seen : head, turn.id, turn.text)
      return { prompt, reply: await newReply(prompt, turn.replyId) }
    }
    case 'edit': {
      const edited = await requireMessage(db, key, turn.messageId)
      if (edited.role !== 'user') throw new MemoryError('conflict', 'Only your own messages can be edited.')
      const prompt = await newPrompt(await findMessage(db, key, edited.parentId), turn.id, turn.text)
      return { prompt, reply: await newReply(prompt, turn.replyId) }
    }
    case 'regenerate': {
      const old = await requireMessage(db, key, turn.messageId)
      const prompt = await findMessage(db, key, old.parentId)
      if (old.role === 'user' || !prompt)
        throw new MemoryError('conflict', 'Only a reply can be written again.')
      if (old.status === 'streaming') throw new MemoryError('conflict', 'This reply is still being written.')
      return { prompt, reply: await newReply(prompt, turn.replyId) }
    }
    case 'continue': {
      const reply = await requireMessage(db, key, turn.messageId)
      const prompt = await findMessage(db, key, reply.parentId)
      const goesOn = reply.status === 'stopped' || reply.status === 'interrupted' || reply.status === 'failed'
      if (!prompt || reply.role === 'user' || !goesOn || (await hasChild(db, key, reply.id))) {
        throw new MemoryError('conflict', 'Only the last reply can go on, and only when it was cut short.')
      }
      await db.run("UPDATE messages SET status = 'streaming', error = NULL WHERE seq = $1", reply.seq)
      return { prompt, reply }
    }
    default:
      return turn satisfies never
  }
}
