import { getIronSession, type SessionOptions, webCookies } from 'iron-session'
import type { Asked } from './asked.ts'

/** Browsers keep no cookie longer than 400 days; the first write of each day starts them anew. */
const DAY_MS = 24 * 60 * 60 * 1000
const LIFETIME_DAYS = 400
const LIFETIME_SECONDS = (LIFETIME_DAYS * DAY_MS) / 1000

/** Opening a seal takes two milliseconds of work before every reply: so many people's are remembered. */
const REMEMBERED_COOKIES = 1000

const USER_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

type CookieData = { user: string; sealedAt: number }
type CookieJar = ReturnType<typeof webCookies>
type ReadableCookies = Pick<CookieJar, 'read'>

/**
 * Who is behind a request, by a sealed cookie that holds a random user id and nothing else. A cookie that is forged,
 * damaged, expired or sealed with a secret we no longer have is no cookie.
 */
export type Identity = {
  /** The user behind a request, or `null` for somebody who has written nothing yet. */
  read(cookies: ReadableCookies): Promise<string | null>
  readRequest(request: Pick<Asked, 'headers'>): Promise<string | null>
  /**
   * Adds the cookie to an answer's headers when the request's own is not this user's, is a day old, or is sealed with
   * an older secret.
   */
  write(request: Pick<Asked, 'headers'>, answer: Headers, user: string): Promise<void>
  /** Tells the browser to drop the cookie. */
  end(answer: Headers): void
}

/** `secrets`: newest first; the first seals, all of them open. */
export function createIdentity({
  secrets,
  https,
  now = Date.now,
}: {
  secrets: string[]
  https: boolean
  now?: () => number
}): Identity {
  const name = cookieName(https)
  const options = (password: string): SessionOptions => ({
    cookieName: name,
    password,
    ttl: LIFETIME_SECONDS,
    cookieOptions: { httpOnly: true, sameSite: 'lax', path: '/', secure: https },
  })
  const remembered = new Map<string, CookieData & { secret: string }>()

  async function open(cookies: ReadableCookies): Promise<(CookieData & { secret: string }) | null> {
    const sealed = await cookies.read(name)
    if (!sealed) return null
    const known = remembered.get(sealed)
    if (known && now() - known.sealedAt < DAY_MS) return known
    remembered.delete(sealed)
    // One secret at a time, because a seal names its secret by a number, and numbers shift when old ones are dropped.
    for (const secret of secrets) {
      const data = await unseal({ read: () => sealed, write: () => {} }, options(secret))
      if (!data) continue
      const [oldest] = remembered.size >= REMEMBERED_COOKIES ? remembered.keys() : []
      if (oldest !== undefined) remembered.delete(oldest)
      remembered.set(sealed, { ...data, secret })
      return { ...data, secret }
    }
    return null
  }

  const read = async (cookies: ReadableCookies) => (await open(cookies))?.user ?? null

  return {
    read,
    readRequest: (request) => read(jarOf(request, UNWRITTEN)),
    async write(request, answer, user) {
      const [newest] = secrets
      if (newest === undefined) throw new Error('createIdentity was given no secret to seal cookies with')
      const jar = jarOf(request, answer)
      const held = await open(jar)
      if (held?.user === user && held.secret === newest && now() - held.sealedAt < DAY_MS) return
      const session = await getIronSession<CookieData>({ ...jar, read: () => undefined }, options(newest))
      Object.assign(session, { user, sealedAt: now() } satisfies CookieData)
      await session.save()
    },
    end(answer) {
      const secure = https ? '; Secure' : ''
      answer.append('set-cookie', `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${secure}`)
    },
  }
}

/** Of a request it reads the `cookie` header, and nothing else. */
const jarOf = (request: Pick<Asked, 'headers'>, answer: Headers): CookieJar =>
  webCookies(request as Request, answer)

/** The answer's headers of who only reads. */
const UNWRITTEN = new Headers()

/** `__Host-` makes browsers refuse the cookie from a subdomain or over HTTP; it needs HTTPS. */
function cookieName(https: boolean): string {
  return https ? '__Host-motorhead-chat' : 'motorhead-chat'
}

async function unseal(jar: CookieJar, options: SessionOptions): Promise<CookieData | null> {
  try {
    const { user, sealedAt } = await getIronSession<Partial<CookieData>>(jar, options)
    // Cookies of before say no time of sealing; they are made anew at the next write.
    return typeof user === 'string' && USER_ID.test(user) ? { user, sealedAt: Number(sealedAt) || 0 } : null
  } catch {
    return null
  }
}
