const OPTIONS = [
  { name: 'OpenAI', lines: ['OPENAI_API_KEY=sk-…'] },
  {
    name: 'Any compatible server',
    lines: ['OPENAI_BASE_URL=http://127.0.0.1:8080/v1', 'CHAT_MODEL=name-of-the-model'],
  },
]

/** How to connect a language model. */
export function ConnectModel() {
  return (
    <div className="space-y-3 text-ink-muted text-sm">
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
  )
}
