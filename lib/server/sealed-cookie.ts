import { getIronSession, type SessionOptions, webCookies } from 'iron-session'

/** Browsers keep no cookie longer than 400 days; each write starts them anew. */
const LIFETIME_SECONDS = 400 * 24 * 60 * 60

const USER_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

type CookieData = { user: string }
type CookieJar = ReturnType<typeof webCookies>
type ReadableCookies = Pick<CookieJar, 'read'>

/**
 * Who is behind a request, by a sealed cookie that holds a random user id and nothing else. A cookie that is forged,
 * damaged, expired or sealed with a secret we no longer have is no cookie.
 */
export type Identity = {
  /** The user behind a request, or `null` for somebody who has written nothing yet. */
  read(cookies: ReadableCookies): Promise<string | null>
  readRequest(request: Request): Promise<string | null>
  /** Adds the cookie to an answer's headers: at the first write, and at later ones to start its lifetime anew. */
  write(request: Request, answer: Headers, user: string): Promise<void>
}

/** `secrets`: newest first; the first seals, all of them open. */
export function createIdentity({ secrets, https }: { secrets: string[]; https: boolean }): Identity {
  const options = (password: string): SessionOptions => ({
    cookieName: cookieName(https),
    password,
    ttl: LIFETIME_SECONDS,
    cookieOptions: { httpOnly: true, sameSite: 'lax', path: '/', secure: https },
  })

  const read = async (cookies: ReadableCookies) => {
    // One secret at a time, because a seal names its secret by a number, and numbers shift when old ones are dropped.
    for (const secret of secrets) {
      const user = await open({ read: cookies.read, write: () => {} }, options(secret))
      if (user !== null) return user
    }
    return null
  }

  return {
    read,
    readRequest: (request) => read(webCookies(request, new Headers())),
    async write(request, answer, user) {
      const [newest] = secrets
      if (newest === undefined) throw new Error('createIdentity was given no secret to seal cookies with')
      const jar: CookieJar = { ...webCookies(request, answer), read: () => undefined }
      const session = await getIronSession<CookieData>(jar, options(newest))
      session.user = user
      await session.save()
    },
  }
}

/** `__Host-` makes browsers refuse the cookie from a subdomain or over HTTP; it needs HTTPS. */
function cookieName(https: boolean): string {
  return https ? '__Host-motorhead-chat' : 'motorhead-chat'
}

async function open(jar: CookieJar, options: SessionOptions): Promise<string | null> {
  try {
    const { user } = await getIronSession<CookieData>(jar, options)
    return typeof user === 'string' && USER_ID.test(user) ? user : null
  } catch {
    return null
  }
}
