import 'server-only'
import { cookies } from 'next/headers'
import { rim } from './app.ts'

/** The user behind the page being rendered, or `null` for somebody who has written nothing yet. */
export async function readUser(): Promise<string | null> {
  const jar = await cookies()
  return rim().identity.read({ read: (name) => jar.get(name)?.value })
}
