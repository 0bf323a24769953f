import { keyNamespace } from '../store/key-store.ts'
import type { SessionRef, Store } from '../store/store.ts'
import { parseAddress, type WireAddress } from './address.ts'
import { createAuthorise, hasKey, type WireAccess } from './auth.ts'
import { type WireAnswer, type WireCall, WireRefusal } from './call.ts'
import { describeApi } from './openapi.ts'
import { checked } from './parse.ts'
import { refusalOf } from './refusal.ts'
import { createRoutes, type RouteDeps } from './routes.ts'
import { createSave, type SaveDeps } from './save.ts'
import { sessionId as sessionIdSchema } from './schema.ts'

export type WireDeps = RouteDeps &
  SaveDeps & {
    store: Pick<Store, 'forgetSession'>
    access: WireAccess
    /** A session is gone for good. */
    onForgotten(): void
    /** Told of what was not expected; a refusal is the caller's affair. */
    onError(error: unknown): void
  }

/** Motörhead's API, and what ours adds to it: answers every request, and never throws. */
export type Wire = (call: WireCall) => Promise<WireAnswer>

const OK = JSON.stringify({ status: 'Ok' })

/** The memory server that programs talk to, whatever carries their requests here. */
export function createWire(deps: WireDeps): Wire {
  const authorise = createAuthorise(deps.access, keyNamespace)
  const routes = createRoutes(deps)
  const save = createSave(deps)

  return async function answer(call) {
    const address = parseAddress(call.url)
    try {
      return await dispatch(call, address)
    } catch (error) {
      const refused = refuse(error, call, address)
      if (refused.status >= 500) deps.onError(error)
      return refused
    }
  }

  async function dispatch(call: WireCall, address: WireAddress): Promise<WireAnswer> {
    const { target, query } = address
    const { method } = call
    switch (target.kind) {
      case 'health':
        if (method === 'GET') return json({ now: deps.now() })
        break
      case 'openapi':
        if (method === 'GET') return ok(describeApi())
        break
      case 'key':
        if (method === 'GET') return currentKey(call, address)
        break
      case 'sessions':
        if (method !== 'GET') break
        return list(await routes.sessions((await authorise(call, address.key)).namespace, query), address)
      case 'memory':
        if (method === 'GET') return ok(await routes.memory(await refOf(call, address), query))
        if (method === 'POST') return saveMemory(call, address)
        if (method !== 'DELETE') break
        return remove(await refOf(call, address))
      case 'retrieval':
        if (method !== 'POST') break
        return list(await routes.retrieval(call, await refOf(call, address), query), address)
      case 'messages':
        if (method === 'GET') return json(await routes.messages(await refOf(call, address), query))
        break
      case 'audit':
        if (method === 'GET') return json(await routes.audit(await refOf(call, address)))
        break
      case 'summaries':
        if (method === 'GET') return json(await routes.summaries(await refOf(call, address)))
        break
      case 'unknown':
        break
    }
    throw new WireRefusal(404, 'There is nothing at this address for this method.')
  }

  async function saveMemory(call: WireCall, address: WireAddress): Promise<WireAnswer> {
    const ref = await refOf(call, address)
    await save(call, ref, address.query)
    if (!address.enveloped) return ok(OK)
    // The managed service gave the memory back.
    const memory = await routes.memory(ref, NO_QUERY)
    return ok(`{"status":"Ok",${memory.slice(1)}`)
  }

  async function remove(ref: SessionRef): Promise<WireAnswer> {
    if (await deps.store.forgetSession(ref)) deps.onForgotten()
    return ok(OK)
  }

  async function refOf(call: WireCall, { key, target }: WireAddress): Promise<SessionRef> {
    const { namespace } = await authorise(call, key)
    if (!('sessionId' in target)) throw new Error('This address names no session.')
    return { namespace, sessionId: checked(sessionIdSchema, target.sessionId, 'The session id') }
  }

  async function currentKey(call: WireCall, { key }: WireAddress): Promise<WireAnswer> {
    const caller = await authorise(call, key)
    if (!hasKey(call, key))
      throw new WireRefusal(401, 'This request carries no key.', { 'www-authenticate': 'Bearer' })
    return json({ status: 'Ok', name: caller.keyName })
  }
}

const NO_QUERY = new URLSearchParams()

const ok = (body: string): WireAnswer => ({ status: 200, body })
const json = (value: unknown): WireAnswer => ok(JSON.stringify(value))
const list = (values: unknown[], { enveloped }: WireAddress): WireAnswer =>
  json(enveloped ? { data: values } : values)

/** The answer for anything thrown. No client looks at the status: a failed read must not look like an empty conversation. */
export function refuse(error: unknown, call: WireCall, address = parseAddress(call.url)): WireAnswer {
  const { status, message, headers } = refusalOf(error)
  if (call.method === 'HEAD') return { status, body: '', headers }
  const { kind } = address.target
  const isRead = call.method === 'GET' && (kind === 'memory' || kind === 'messages')
  return {
    status,
    headers,
    body: JSON.stringify({ error: message, message, ...(isRead && { messages: null }) }),
  }
}
