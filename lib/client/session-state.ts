import type { ActiveRun, ChatMessage } from '#lib/chat/types.ts'

/** A message in the thread; `send` tells of one that the server does not have yet. */
export type ThreadMessage = ChatMessage & {
  send: { state: 'sending' } | { state: 'failed'; error: string } | null
  /** A reply whose run waits for the one before it. */
  waiting: boolean
  /** The model thinks before it writes. */
  thinking: boolean
}

export type SessionState = {
  sessionId: string
  /** No message was ever sent: the empty screen. */
  isEmpty: boolean
  messages: readonly ThreadMessage[]
  /** There are earlier messages to load above. */
  hasEarlier: boolean
  loadingEarlier: boolean
  /** What is shown is a part far above the end: there are later messages to load below. */
  hasLater: boolean
  loadingLater: boolean
  /** The reply being written, if any: the composer's button is then "Stop". Its id is '' until the server has told it. */
  run: ActiveRun | null
  /** The connection is lost and being tried again. */
  reconnecting: boolean
  /** A sentence for the `status` region: "Reply finished." and the like. */
  announcement: string
  /** A sentence for an `alert`, about an action that failed (not a message): "This version cannot be shown." */
  notice: string | null
  /** The session was deleted, here or in another tab. */
  gone: boolean
}

/** One open session: framework-free state, and everything a person can do to it. No method throws. */
export type SessionStore = {
  getState(): SessionState
  subscribe(listener: () => void): () => void
  /** Blank text is ignored. The message is shown at once; answers when the server has it or the send has failed. */
  send(text: string): Promise<void>
  /** Sends a failed message again, under the same ids. */
  retry(messageId: string): void
  /** Takes a failed message out of the thread and gives back its text, to be written again. */
  discard(messageId: string): string
  edit(messageId: string, text: string): void
  regenerate(messageId: string): void
  goOn(messageId: string): void
  stop(): void
  showVersion(messageId: string): void
  loadEarlier(): Promise<void>
  loadLater(): Promise<void>
  /** Shows the end of the session again. */
  showEnd(): void
  /**
   * Loads the part of the session about this message, however far it is, and shows its branch when it is on another one.
   * False, with a notice, when it is not there.
   */
  showMessage(messageId: string): Promise<boolean>
  /** What was done elsewhere is not shown until the answer is called: what a dialog is about must not go from under it. */
  hold(): () => void
  /** A message was forgotten here: it leaves the thread at once. */
  forgotten(messageId: string): void
  /** Its memory was changed here: other tabs hear of it, and the thread is loaded again. */
  memoryChanged(): void
  /** The list tells of its last activity: what is newer than what is shown, as a program's save, is loaded. */
  listed(updatedAt: number): void
  dismissNotice(): void
  /** Starts following what goes on (runs in progress, other tabs, focus); answers the way to end it. */
  connect(): () => void
}
