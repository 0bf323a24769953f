import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import type { Asked } from './asked.ts'
import type { Config } from './config.ts'
import { processSlot } from './process-slot.ts'

/** Set by the self-hosted server, which drops what the client sent under this name. */
const PEER_HEADER = 'x-motorhead-peer'

/** Whether the self-hosted server stands in front in this process; without it the header is anybody's word. */
const fronted = processSlot<true>('fronted')

/** Before a request goes to Next, which does not show the connection to route handlers. */
export function markPeer(request: IncomingMessage, { trustProxy }: Pick<Config, 'trustProxy'>): void {
  fronted.set(true)
  const forwarded = trustProxy ? lastOf(request.headers['x-forwarded-for']) : undefined
  request.headers[PEER_HEADER] = forwarded ?? request.socket.remoteAddress ?? 'unknown'
}

/** Who to count a request under: the network of the address it came from, or `unknown`. */
export function peerOf(request: Pick<Asked, 'headers'>, { vercel }: Pick<Config, 'vercel'>): string {
  if (vercel) return networkOf(request.headers.get('x-vercel-forwarded-for') ?? 'unknown')
  return networkOf((fronted.get() && request.headers.get(PEER_HEADER)) || 'unknown')
}

/** An IPv6 connection has 2^64 addresses to choose from, so its first half counts as one. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1]) return mapped[1]
  if (!isIPv6(address)) return address.slice(0, 64)
  const [head = '', tail = ''] = address.toLowerCase().split('%')[0]?.split('::') ?? []
  const groups = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const gap = Math.max(0, 8 - groups.length - after.length)
  return [...groups, ...Array<string>(gap).fill('0'), ...after].slice(0, 4).join(':')
}

function lastOf(header: string | string[] | undefined): string | undefined {
  const value = Array.isArray(header) ? header.at(-1) : header
  return value?.split(',').at(-1)?.trim() || undefined
}
