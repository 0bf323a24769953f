import { failTurn, type Thread, type WrittenTurn } from './thread.ts'
import { dropUnsent, failUnsent, keepUnsent, readUnsent } from './unsent.ts'

/** What a person wrote in one open session and the server is not known to have. */
export type WrittenTurns = {
  /** It is on its way. */
  begin(turn: WrittenTurn): void
  /** It is to be sent again, under the same ids. */
  fail(turn: WrittenTurn): void
  /** The server has it, or the person took it back; any other id is ignored. */
  end(messageId: string): void
  /** The turn to send again; null when it is on its way, or not there. */
  failed(messageId: string): WrittenTurn | null
  /** The server has the session: what failed before is a part of it. */
  setFounded(): void
  /** The thread with what the session was left with, by a reload or for another one, as failed messages at its end. */
  restore(thread: Thread, now: number): Thread
}

/** Of a temporary session nothing is kept over a reload. */
export function createWrittenTurns(sessionId: string, temporary: boolean): WrittenTurns {
  const turns = new Map<string, { turn: WrittenTurn; isFailed: boolean }>()
  return {
    begin(turn) {
      turns.set(turn.id, { turn, isFailed: false })
      if (!temporary) keepUnsent(turn)
    },
    fail(turn) {
      turns.set(turn.id, { turn, isFailed: true })
      failUnsent(turn)
    },
    end(messageId) {
      const known = turns.get(messageId)
      turns.delete(messageId)
      if (known && !temporary) dropUnsent(known.turn)
    },
    failed(messageId) {
      const known = turns.get(messageId)
      return known?.isFailed ? known.turn : null
    },
    setFounded() {
      for (const { turn, isFailed } of [...turns.values()]) {
        if (turn.kind !== 'send' || !isFailed) continue
        this.end(turn.id)
        this.begin({ ...turn, isNew: false })
        this.fail({ ...turn, isNew: false })
      }
    },
    restore(thread, now) {
      let restored = thread
      for (const turn of temporary ? [] : readUnsent(sessionId)) {
        const here = thread.find(({ id }) => id === turn.id)
        if (here?.send === null) dropUnsent(turn)
        if (here) continue
        turns.set(turn.id, { turn, isFailed: true })
        restored = failTurn(restored, turn, 'This message may not have been sent.', now)
      }
      return restored
    },
  }
}
