import type { Conversation } from './crowd.ts'
import type { Sent } from './ledger.ts'
import type { Random } from './random.ts'

type Save = { key: string; conversation: Conversation; messages: Sent[] }

/** A session of a program gets a new one after so many messages. */
const MESSAGES_OF_A_SESSION = 30

/**
 * A program that keeps its conversation through the memory API: a few messages a save, and a save whose answer never came
 * again under the same key. Answers false when the server is gone.
 */
export function createProgram(deps: {
  random: Random
  url: () => string
  newId: () => string
  tick: () => number
  begin: () => Conversation
  filler: () => string
  /** See `createCrowd`. */
  refusalsAreMaybes: boolean
  /** Called with what is written to. */
  touch: (conversation: Conversation) => void
}): { save(onAck: () => void): Promise<boolean> } {
  const { random, url, newId, tick, begin, filler, refusalsAreMaybes, touch } = deps
  let conversation = begin()
  let unanswered: Save | null = null

  function compose(): Save {
    if (conversation.sent.length >= MESSAGES_OF_A_SESSION) conversation = begin()
    const messages = Array.from({ length: random.int(1, 3) }, (): Sent => {
      const id = newId()
      const reply = { seen: '', complete: false }
      const text = `${filler()} (${id})`
      return { id, replyId: `none to ${id}`, text, askedAt: tick(), ackedAt: null, refused: false, reply }
    })
    conversation.sent.push(...messages)
    return { key: newId(), conversation, messages }
  }

  return {
    async save(onAck) {
      const save = unanswered ?? compose()
      const isFirst = unanswered === null
      unanswered = null
      touch(save.conversation)
      try {
        const response = await fetch(`${url()}/sessions/${save.conversation.sessionId}/memory`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': save.key },
          body: JSON.stringify({
            messages: save.messages.map(({ text }) => ({ role: 'user', content: text })),
          }),
        })
        if (response.ok) acknowledge(save.messages)
        else if (refusalsAreMaybes && response.status >= 500) unanswered = save
        else for (const message of save.messages) message.refused = isFirst
        if (response.ok) onAck()
        await response.body?.cancel()
        return true
      } catch {
        if (random.chance(0.6)) unanswered = save
        return false
      }
    },
  }

  /** Of one save, each message stands before the next, as if it had been acknowledged before that was sent. */
  function acknowledge(messages: Sent[]): void {
    const at = tick()
    for (const [index, message] of messages.entries())
      message.ackedAt ??= index === messages.length - 1 ? at : message.askedAt + 0.5
  }
}
