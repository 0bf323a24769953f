import { createHash, timingSafeEqual } from 'node:crypto'
import { type WireCall, WireRefusal } from './call.ts'

/** Who may call. */
export type WireAccess = {
  /** From the configuration; each has a namespace of its own. */
  keys: { name: string; key: string }[]
  /** Anybody may call without a key: a trusted network, as the original was. */
  open: boolean
  /** Callers on this machine need no key while none is configured. */
  trustsThisMachine: boolean
  /** A key that a person made. */
  findKey(secret: string): Promise<{ id: string; name: string } | null>
}

/** `keyName` is `null` for a caller that needs no key. */
export type Caller = { namespace: string; keyName: string | null }

/** Where the sessions of callers without a key live. */
const DEFAULT_NAMESPACE = 'default'

/** What clients send for a key that was never set. */
const ABSENT = new Set(['', 'undefined', 'null', 'None'])

/** The check of every request that touches sessions. Throws `WireRefusal` 401 with the way out. */
export function createAuthorise(access: WireAccess, namespaceOfKey: (keyId: string) => string) {
  const configured = access.keys.map(({ name, key }) => ({ name, digest: digestOf(key) }))

  return async function authorise(call: WireCall, pathKey: string | null): Promise<Caller> {
    const secret = given(pathKey) ?? given(call.header('x-metal-api-key')) ?? bearer(call)
    if (secret === null) return withoutKey(call)
    const known = findConfigured(secret)
    if (known) return { namespace: `client:${known.name}`, keyName: known.name }
    const personal = await access.findKey(secret)
    if (personal) return { namespace: namespaceOfKey(personal.id), keyName: personal.name }
    // The original never looked at a key; a network that is trusted is not asked for one either.
    if (access.open && given(pathKey) === null) return { namespace: DEFAULT_NAMESPACE, keyName: null }
    throw unauthorised(
      'This key is not known here, or it was revoked. Leave it out, or make a new one in the settings.',
    )
  }

  function withoutKey(call: WireCall): Caller {
    if (access.open) return { namespace: DEFAULT_NAMESPACE, keyName: null }
    if (configured.length > 0) {
      throw unauthorised(
        'A key is needed: put it into the address (/k/KEY/sessions/…), or send it as "Authorization: Bearer KEY" or in x-metal-api-key.',
      )
    }
    if (!access.trustsThisMachine || !isFromThisMachine(call)) {
      throw unauthorised(
        'Without a key, only programs on the same machine are answered. Make a key in the settings, or set MOTORHEAD_KEYS=name:key on the server, and put it into the address (/k/KEY/sessions/…); MOTORHEAD_OPEN=1 opens the server to its whole network.',
      )
    }
    return { namespace: DEFAULT_NAMESPACE, keyName: null }
  }

  /** Looks at every key, and at all of each, so that the time it takes says nothing. */
  function findConfigured(secret: string): { name: string } | null {
    const digest = configured.length > 0 ? digestOf(secret) : null
    let found: { name: string } | null = null
    for (const each of configured) if (digest && timingSafeEqual(digest, each.digest)) found = each
    return found
  }
}

/** The key that a caller gives, if any. */
export function hasKey(call: WireCall, pathKey: string | null): boolean {
  return (given(pathKey) ?? given(call.header('x-metal-api-key')) ?? bearer(call)) !== null
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

function given(value: string | null | undefined): string | null {
  const text = value?.trim() ?? ''
  return ABSENT.has(text) ? null : text
}

function bearer(call: WireCall): string | null {
  const header = call.header('authorization')
  return header && /^bearer\s/i.test(header) ? given(header.slice(7)) : null
}

const unauthorised = (message: string) => new WireRefusal(401, message, { 'www-authenticate': 'Bearer' })

/** A web page that a browser on this machine shows must not read its memory, whatever name it has given this address. */
function isFromThisMachine(call: WireCall): boolean {
  if (!call.fromThisMachine) return false
  // A proxy on this machine speaks for somebody else.
  if (['x-forwarded-for', 'forwarded', 'x-real-ip'].some((name) => call.header(name))) return false
  const host = call.header('host') ?? ''
  if (!isLoopbackHost(host)) return false
  const site = call.header('sec-fetch-site')
  if (site && site !== 'same-origin' && site !== 'none') return false
  const origin = call.header('origin')
  return !origin || origin === `http://${host}` || origin === `https://${host}`
}

function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(name)
  )
}
