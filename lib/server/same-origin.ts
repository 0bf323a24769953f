import type { Asked } from './asked.ts'
import type { Config } from './config.ts'
import { HttpError } from './http-error.ts'

type Trust = Pick<Config, 'publicOrigin' | 'https' | 'host'>

/**
 * Throws unless the request was made by our own pages: browsers say so by `Sec-Fetch-Site` or, on plain HTTP, by
 * `Origin`, and no page can change either. The expected origin is PUBLIC_URL or the connection's own host; forwarded
 * headers are never asked, as anybody can send them.
 */
export function requireSameOrigin(request: Pick<Asked, 'headers'>, trust: Trust): void {
  const host = request.headers.get('host')
  if (trust.publicOrigin === null && isLoopbackName(trust.host) && !isLoopbackHost(host)) {
    // A page whose own name was pointed at this machine (DNS rebinding) looks like the same origin to the browser.
    throw crossOrigin('This server answers to localhost only. To use another address, set PUBLIC_URL to it.')
  }
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) {
    if (site === 'same-origin' || site === 'none') return
    throw crossOrigin('Requests from other sites are refused.')
  }
  const origin = request.headers.get('origin')
  if (origin === null) {
    throw crossOrigin('The request does not say which page it comes from: send it with an Origin header.')
  }
  const expected = trust.publicOrigin ?? `${trust.https ? 'https' : 'http'}://${host}`
  if (origin !== expected) {
    throw crossOrigin(
      'Requests from other sites are refused. If this is your own address, set PUBLIC_URL to it on the server.',
    )
  }
}

function crossOrigin(message: string): HttpError {
  return new HttpError(403, 'cross-origin', message)
}

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d+){3}$/.test(host)
}

function isLoopbackHost(host: string | null): boolean {
  const name = URL.parse(`http://${host ?? ''}`)?.hostname
  return name !== undefined && isLoopbackName(name.replace(/^\[|\]$/g, ''))
}
