import { safely } from './device-storage.ts'
import { clearDraft, NEW_CHAT, readDraft, writeDraft } from './drafts.ts'
import type { WrittenTurn } from './thread.ts'

const PREFIX = 'motorhead-chat:unsent:'

/** Those of this tab: whoever wrote them need not write them again. */
const onTheirWay = new Set<string>()

/** What was sent in a session and the server is not known to have, oldest first: kept on this device over reloads. */
export function readUnsent(sessionId: string): WrittenTurn[] {
  const turns: unknown = safely(() => JSON.parse(localStorage.getItem(PREFIX + sessionId) ?? '[]'))
  return Array.isArray(turns) ? turns.filter(isTurn) : []
}

/** Keeps a turn as the last one; a full or forbidden storage is no reason to disturb the person who writes. */
export function keepUnsent(turn: WrittenTurn): void {
  onTheirWay.add(turn.id)
  write(placeOf(turn), [...without(turn), turn])
}

/** It stays kept, to be sent again or to be found in a draft. */
export function failUnsent(turn: WrittenTurn): void {
  onTheirWay.delete(turn.id)
}

/** The server has it, or nobody wants it any more. */
export function dropUnsent(turn: WrittenTurn): void {
  onTheirWay.delete(turn.id)
  write(placeOf(turn), without(turn))
  // Another tab's new chat may have found it there.
  if (placeOf(turn) === NEW_CHAT) clearDraft(NEW_CHAT, turn.text)
}

/** The draft of the new chat with first messages before it, whose sessions the server does not know; it is kept so. */
export function takeUnsent(draft: string): string {
  const turns = readUnsent(NEW_CHAT)
  const left = turns.filter(({ id }) => !onTheirWay.has(id))
  if (left.length === 0) return draft
  const text = [...left.map(({ text }) => text), draft].filter(Boolean).join('\n\n')
  writeDraft(NEW_CHAT, text)
  const others = turns.filter(({ id }) => onTheirWay.has(id))
  // A full storage holds them here still.
  if (readDraft(NEW_CHAT) === text) write(NEW_CHAT, others)
  return text
}

/** Takes what a deleted session left on this device, unsent or as a draft; answers the way to put it back. */
export function takeAllOf(sessionId: string): () => void {
  const [draft, turns] = [readDraft(sessionId), readUnsent(sessionId)]
  writeDraft(sessionId, '')
  write(sessionId, [])
  return () => {
    writeDraft(sessionId, draft)
    write(sessionId, turns)
  }
}

/** A session that the server does not know has no address under which its messages would be looked for. */
const placeOf = (turn: WrittenTurn): string =>
  turn.kind === 'send' && turn.isNew ? NEW_CHAT : turn.sessionId

const without = (turn: WrittenTurn) => readUnsent(placeOf(turn)).filter(({ id }) => id !== turn.id)

function write(place: string, turns: WrittenTurn[]): void {
  safely(() => {
    if (turns.length === 0) localStorage.removeItem(PREFIX + place)
    else localStorage.setItem(PREFIX + place, JSON.stringify(turns))
  })
}

function isTurn(value: unknown): value is WrittenTurn {
  const turn = value as Partial<WrittenTurn> | null
  return (
    (turn?.kind === 'send' || turn?.kind === 'edit') &&
    [turn.sessionId, turn.id, turn.replyId, turn.text].every((field) => typeof field === 'string')
  )
}
