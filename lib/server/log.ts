type Level = 'info' | 'warn' | 'error'
type Fields = Record<string, string | number | boolean | string[] | undefined>

/** One JSON object a line on stderr. Never give it message text, keys, cookies or whole error messages. */
export function log(level: Level, event: string, fields: Fields = {}): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`)
}

/** What may be logged of an error: its kind and where it arose, as its message may hold what a person wrote. */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error }
  return {
    error: error.name,
    code: 'code' in error && typeof error.code === 'string' ? error.code : undefined,
    at: frames(error),
    cause: error.cause instanceof Error ? error.cause.name : undefined,
  }
}

const FRAMES = 4

function frames(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, FRAMES)
    .map((line) => line.slice(3).replace(/(file:\/\/)?\/[^\s)]*\/(?=[^/\s)]+\)?$)/, ''))
}
