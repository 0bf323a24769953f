import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { markPeer, networkOf, peerOf } from './peer.ts'
import { processSlot } from './process-slot.ts'

describe('networkOf', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['unknown', 'unknown'],
  ])('counts %s under %s', (address, network) => expect(networkOf(address)).toBe(network))
})

describe('peerOf', () => {
  const incoming = (headers: Record<string, string>) => {
    const message = new IncomingMessage(new Socket())
    Object.assign(message.headers, headers)
    return message
  }
  const requestOf = (message: IncomingMessage) =>
    new Request('http://localhost/', { headers: message.headers as Record<string, string> })

  it('believes nobody when our server does not stand in front', () => {
    processSlot<true>('fronted').set(undefined)
    const request = new Request('http://localhost/', { headers: { 'x-motorhead-peer': '192.0.2.1' } })
    expect(peerOf(request, { vercel: false })).toBe('unknown')
  })

  it('replaces what the client says of its address', () => {
    const message = incoming({ 'x-motorhead-peer': '192.0.2.1', 'x-forwarded-for': '192.0.2.2' })
    markPeer(message, { trustProxy: false })
    expect(peerOf(requestOf(message), { vercel: false })).toBe('unknown')
  })

  it('takes the last forwarded address from a trusted proxy, as clients can write the ones before', () => {
    const message = incoming({ 'x-forwarded-for': '192.0.2.66, 192.0.2.2' })
    markPeer(message, { trustProxy: true })
    expect(peerOf(requestOf(message), { vercel: false })).toBe('192.0.2.2')
  })
})
