import type { ChatMessage, SessionView } from '#lib/chat/types.ts'
import type { ThreadMessage } from './session-state.ts'
import { type Thread, toThreadMessage } from './thread.ts'

/**
 * The thread after the server has told what it has. A message that is the same stays the same object, and a thread the
 * same array, so that nothing renders that has not changed. Earlier pages and messages that failed to send stay;
 * `isLive` names the replies that are written here and now, which know better than the view.
 */
export function mergeView(thread: Thread, view: SessionView, isLive: (id: string) => boolean): Thread {
  const known = new Map(thread.map((message) => [message.id, message]))
  const waiting = new Set(view.runs.slice(1).map((run) => run.messageId))
  const path = view.messages.map((message) => {
    const here = known.get(message.id)
    return here && isLive(message.id)
      ? keepIfSame(here, { ...here, parentId: message.parentId, versions: message.versions })
      : mergeMessage(here, message, waiting.has(message.id))
  })
  return keepIfAllSame(thread, withFailed([...pagesAbove(thread, view), ...path], thread))
}

/** Whether the thread goes on above the view's page with messages that are loaded already. */
export const hasPagesAbove = (thread: Thread, view: SessionView): boolean =>
  pagesAbove(thread, view).length > 0

function pagesAbove(thread: Thread, view: SessionView): Thread {
  const first = view.messages[0]
  const at = thread.findIndex((message) => message.id === first?.id)
  const above = thread.slice(0, Math.max(0, at)).filter((message) => message.send === null)
  return first && above.at(-1)?.id === first.parentId ? above : []
}

function mergeMessage(
  here: ThreadMessage | undefined,
  message: ChatMessage,
  waiting: boolean,
): ThreadMessage {
  const fresh = toThreadMessage(message, waiting)
  if (!here) return fresh
  // The view of a reply in progress may be older than what is on the screen, which must not shrink.
  const behind = message.status === 'streaming' && here.text.startsWith(message.text)
  return keepIfSame(here, behind ? { ...fresh, text: here.text } : fresh)
}

/** An edit that failed, shown last, stays where it is, in place of what it edits; other failures go to the end. */
function withFailed(path: Thread, thread: Thread): Thread {
  const onPath = new Set(path.map((message) => message.id))
  const failed = thread.filter((message) => message.send?.state === 'failed' && !onPath.has(message.id))
  const last = failed.at(-1)
  if (!last || last !== thread.at(-1) || last.versions.length === 1) return [...path, ...failed]
  const end = path.findIndex((message) => message.id === last.parentId) + 1
  const isPlaced = end > 0 || last.parentId === null
  return [...(isPlaced ? path.slice(0, end) : path), ...failed]
}

function keepIfSame(here: ThreadMessage, fresh: ThreadMessage): ThreadMessage {
  const { versions, send, ...values } = fresh
  const same =
    Object.entries(values).every(([name, value]) => here[name as keyof typeof values] === value) &&
    here.send === send &&
    here.versions.length === versions.length &&
    here.versions.every((id, index) => id === versions[index])
  return same ? here : fresh
}

const keepIfAllSame = (thread: Thread, merged: Thread): Thread =>
  thread.length === merged.length && thread.every((message, index) => message === merged[index])
    ? thread
    : merged
