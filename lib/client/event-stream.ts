/** One server-sent event: `id` is its index in the reply's stream, `null` when it has none (`[DONE]`). */
export type StreamEvent = { id: number | null; data: string }

/** An event larger than this is no event of ours; what is kept while waiting for its end must not grow for ever. */
const MAX_EVENT_CHARACTERS = 2_000_000

/**
 * Reads server-sent events out of text that arrives in pieces, cut anywhere (WHATWG HTML, 9.2.6), with lines that end
 * in \n, \r\n or \r. `feed` answers the events that are complete by then. An event without its empty line is never
 * answered. Throws `RangeError` when an event has no end.
 */
export function createEventParser(): { feed(text: string): StreamEvent[] } {
  let rest = ''
  let id: number | null = null
  let data: string[] = []

  function readLine(line: string): StreamEvent | null {
    if (line === '') return endEvent()
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
    if (field === 'data') data.push(value)
    else if (field === 'id') id = /^\d+$/.test(value) ? Number(value) : null
    return null
  }

  function endEvent(): StreamEvent | null {
    const event = data.length > 0 ? { id, data: data.join('\n') } : null
    id = null
    data = []
    return event
  }

  return {
    feed(text) {
      const events: StreamEvent[] = []
      rest += text
      for (let end = lineEnd(rest); end; end = lineEnd(rest)) {
        const event = readLine(rest.slice(0, end.at))
        if (event) events.push(event)
        rest = rest.slice(end.next)
      }
      if (rest.length > MAX_EVENT_CHARACTERS)
        throw new RangeError(`An event of the reply's stream is over ${MAX_EVENT_CHARACTERS} characters.`)
      return events
    },
  }
}

/** Where the first line ends and the next begins. A \r at the very end may be half of a \r\n: not yet known. */
function lineEnd(text: string): { at: number; next: number } | null {
  const at = text.search(/[\r\n]/)
  if (at === -1 || (text[at] === '\r' && at === text.length - 1)) return null
  return { at, next: text.startsWith('\r\n', at) ? at + 2 : at + 1 }
}

/** The server says at least `: waiting` every 15 s; a connection silent for longer than this is dead. */
const SILENCE_MS = 45_000

/**
 * Calls `onEvents` with the events of each piece that arrives. Resolves at the end and at an abort; rejects when the
 * stream breaks or falls silent.
 */
export async function readEvents(
  stream: ReadableStream<Uint8Array>,
  onEvents: (events: StreamEvent[]) => void,
  { signal, silenceMs = SILENCE_MS }: { signal?: AbortSignal; silenceMs?: number } = {},
): Promise<void> {
  const parser = createEventParser()
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  // Also after a failure: what is not read any more should not be sent any more.
  const close = () => void reader.cancel().catch(() => {})
  signal?.addEventListener('abort', close, { once: true })
  try {
    while (!signal?.aborted) {
      const { done, value } = await orSilence(reader.read(), silenceMs)
      if (done || signal?.aborted) return
      const events = parser.feed(decoder.decode(value, { stream: true }))
      if (events.length > 0) onEvents(events)
    }
  } finally {
    signal?.removeEventListener('abort', close)
    close()
  }
}

function orSilence<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const silent = () => reject(new DOMException(`The stream was silent for ${ms} ms.`, 'TimeoutError'))
    const timer = setTimeout(silent, ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
