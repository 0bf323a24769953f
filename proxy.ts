import { type NextRequest, NextResponse } from 'next/server'
import { isDevelopment } from '#lib/server/config.ts'
import { pagePolicy } from '#lib/server/security-headers.ts'
import { asksForHealth } from '#lib/server/wire-root.ts'

/** Gives every page a content security policy of its own; Next puts the nonce on its scripts, as it reads the header. */
export function proxy(request: NextRequest): NextResponse {
  const { pathname } = request.nextUrl
  if (pathname === '/' && asksForHealth(request.method, (name) => request.headers.get(name))) {
    return NextResponse.rewrite(new URL('/motorhead', request.url))
  }
  const nonce = crypto.randomUUID().replaceAll('-', '')
  const policy = pagePolicy(nonce, { development: isDevelopment() })
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('content-security-policy', policy)
  const answer = NextResponse.next({ request: { headers } })
  answer.headers.set('content-security-policy', policy)
  return answer
}

/** The API answers no HTML and sets its own policy; a proxy before it would hold its bodies in memory. */
export const config = { matcher: '/((?!api/|_next/static/|sessions/|motorhead/|v1/|k/).*)' }
