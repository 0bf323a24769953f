import { ChevronRight } from 'lucide-react'

const OPTIONS = [
  { name: 'OpenAI', lines: ['OPENAI_API_KEY=sk-…'] },
  {
    name: 'Any compatible server',
    lines: ['OPENAI_BASE_URL=http://127.0.0.1:8080/v1', 'CHAT_MODEL=name-of-the-model'],
  },
]

/** Says that no language model answers, and how to connect one. */
export function ModelBanner() {
  return (
    <div role="status" className="mx-auto w-full max-w-[46rem] px-3 pt-2 sm:px-4">
      <details className="group rounded-2xl bg-notice-surface px-4 py-2.5 text-sm">
        <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-2 gap-y-1">
          <span className="grow text-pretty">
            <strong className="font-medium">No language model is connected.</strong> Replies quote what this
            chat remembers.
          </span>
          <span className="inline-flex items-center gap-1 font-medium text-accent">
            How to connect
            <ChevronRight size={14} className="transition-transform group-open:rotate-90" aria-hidden />
          </span>
        </summary>
        <div className="mt-3 space-y-3 border-line border-t pt-3 pb-1 text-ink-muted">
          <p>
            Put one of these into a file named <code>.env</code> beside the app and start it again:
          </p>
          {OPTIONS.map(({ name, lines }) => (
            <div key={name}>
              <p className="text-ink">{name}</p>
              <pre className="mt-1 overflow-x-auto rounded-lg bg-code-surface px-3 py-2 font-mono text-ink text-xs leading-relaxed">
                {lines.join('\n')}
              </pre>
            </div>
          ))}
          <p>
            Or start <strong className="font-medium text-ink">Ollama</strong> on this machine: it is found by
            itself, without a restart.
          </p>
        </div>
      </details>
    </div>
  )
}
