/** What an address of the wire API names. `enveloped`: arrays and saves are answered as the managed service did. */
export type WireAddress = {
  /** The key in the path, as it came. */
  key: string | null
  enveloped: boolean
  target: WireTarget
  query: URLSearchParams
}

export type WireTarget =
  | { kind: 'health' | 'key' | 'openapi' | 'sessions' | 'unknown' }
  | { kind: SessionVerb; sessionId: string }

export type SessionVerb = 'memory' | 'messages' | 'audit' | 'summaries' | 'retrieval'

const VERBS: readonly string[] = [
  'memory',
  'messages',
  'audit',
  'summaries',
  'retrieval',
] satisfies SessionVerb[]

const NO_QUERY = new URLSearchParams()

/** Reads path and query. Doubled and trailing slashes mean nothing; an id may hold raw ones. */
export function parseAddress(url: string): WireAddress {
  const mark = url.indexOf('?')
  const parts = (mark < 0 ? url : url.slice(0, mark)).split('/').filter((part) => part !== '')
  const query = mark < 0 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1))
  const key = parts[0] === 'k' && parts.length > 1 ? decode(parts[1] ?? '') : null
  const afterKey = key === null ? parts : parts.slice(2)
  const enveloped = afterKey[0] === 'v1' && afterKey[1] === 'motorhead'
  const rest = enveloped ? afterKey.slice(2) : afterKey[0] === 'motorhead' ? afterKey.slice(1) : afterKey
  return { key, enveloped, target: targetOf(rest), query }
}

function targetOf(parts: string[]): WireTarget {
  const [first, second] = parts
  if (first === undefined) return { kind: 'health' }
  if (first === 'sessions') return parts.length === 1 ? { kind: 'sessions' } : sessionTarget(parts)
  if (first === 'keys' && second === 'current' && parts.length === 2) return { kind: 'key' }
  return { kind: first === 'openapi.json' && parts.length === 1 ? 'openapi' : 'unknown' }
}

function sessionTarget(parts: string[]): WireTarget {
  const verb = parts.at(-1) ?? ''
  if (parts.length < 3 || !isVerb(verb)) return { kind: 'unknown' }
  return { kind: verb, sessionId: parts.slice(1, -1).map(decode).join('/') }
}

const isVerb = (text: string): text is SessionVerb => VERBS.includes(text)

/** Once; a percent sign that encodes nothing stands for itself. */
function decode(part: string): string {
  if (!part.includes('%')) return part
  try {
    return decodeURIComponent(part)
  } catch {
    return part.replace(/(%[0-9a-f]{2})+/gi, (encoded) => {
      try {
        return decodeURIComponent(encoded)
      } catch {
        return encoded
      }
    })
  }
}

/** Whether an address belongs to the wire API; `/` alone is shared with the page. */
export const isWirePath = (url: string): boolean => WIRE_PATH.test(url)

const WIRE_PATH =
  /^\/+(?:(?:sessions|motorhead|v1\/+motorhead|k\/+[^/?]+)(?:[/?]|$)|(?:keys\/+current|openapi\.json)\/*(?:\?|$))/
