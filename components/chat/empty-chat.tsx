/** Each shows the memory when it is followed by a question; they fill the composer and send nothing. */
const SUGGESTIONS = [
  { title: 'Tell it your name', text: 'Hi, my name is ' },
  { title: 'Give it a fact to keep', text: 'Please remember: my flight to Lisbon is on 3 May at 9:40.' },
  { title: 'Ask what it knows', text: 'What do you remember about me from this chat?' },
]

export function EmptyChat({ onPick }: { onPick: (text: string) => void }) {
  return (
    <div className="mx-auto flex w-full max-w-[44rem] grow flex-col justify-center gap-7 px-5 py-10">
      <div className="space-y-2">
        <h1 className="text-balance font-semibold text-2xl tracking-tight">A chat that remembers</h1>
        <p className="max-w-[34rem] text-pretty text-ink-muted leading-relaxed">
          The newest messages are kept word for word and older ones become a summary, so what you say at the
          start still counts at the end.
        </p>
      </div>
      <ul className="grid gap-2 sm:grid-cols-3">
        {SUGGESTIONS.map(({ title, text }) => (
          <li key={title}>
            <button
              type="button"
              onClick={() => onPick(text)}
              className="flex h-full w-full flex-col rounded-2xl border border-line px-4 py-3 text-left transition-colors hover:bg-surface"
            >
              <span className="block font-medium text-sm">{title}</span>
              <span className="mt-1 block text-ink-muted text-sm leading-snug">{text}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
