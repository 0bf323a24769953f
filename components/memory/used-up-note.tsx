/** That no model is asked for summaries any more today, and why. */
export function UsedUpNote({ of }: { of: 'person' | 'server' }) {
  return (
    <p role="note" className="text-pretty rounded-xl bg-notice-surface px-3.5 py-2.5 text-sm leading-snug">
      {of === 'person' ? 'Your chats have used up their' : 'This server has used up its'} tokens of today for
      summaries and titles. Until midnight UTC summaries are made without a model; replies go on, and nothing
      is lost.
    </p>
  )
}
