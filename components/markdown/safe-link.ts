/** A link that may be followed: where it goes, and who is there. */
export type SafeLink = { href: string; host: string; title: string }

/**
 * Answers only absolute http, https and mailto links; anything else (`javascript:`, `data:`, relative, broken) is `null`
 * and has to be shown as text. `host` is what the browser will really contact: of `https://bank.com@evil.example` it is
 * `evil.example`, and international names are in their ASCII form.
 */
export function safeLink(target: string): SafeLink | null {
  if (target.length > 4_000 || !URL.canParse(target)) return null
  const url = new URL(target)
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      return { href: url.href, host: url.host, title: url.href }
    case 'mailto:':
      return { href: url.href, host: addressOf(url), title: url.href }
    default:
      return null
  }
}

/** Whether a link's text already tells its host, so that it need not be said again. */
export function showsHost(text: string, host: string): boolean {
  const shown = text
    .trim()
    .toLowerCase()
    .replace(/^(?:https?:\/\/|mailto:)/, '')
  const known = bare(host.toLowerCase())
  const rest = bare(shown)
  return rest === known || (rest.startsWith(known) && /^[/?#]/.test(rest.slice(known.length)))
}

function bare(host: string): string {
  return host.replace(/^www\./, '')
}

function addressOf(url: URL): string {
  try {
    return decodeURIComponent(url.pathname)
  } catch {
    return url.pathname
  }
}
