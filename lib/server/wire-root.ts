/**
 * Whether somebody asks at `/` who reads no HTML: programs look there whether a Motörhead is up. Browsers say where a request
 * comes from, and Next's own pages fetch parts of themselves as something else than HTML.
 */
export function asksForHealth(method: string | undefined, header: (name: string) => unknown): boolean {
  const isBrowser = ['sec-fetch-site', 'rsc', 'next-router-state-tree'].some((name) => header(name))
  return method === 'GET' && !isBrowser && !String(header('accept') ?? '').includes('text/html')
}
