import { hostname } from 'node:os'

/** Tells two processes with the same process id apart, such as a container before and after its restart. */
const BOOT = crypto.randomUUID()

/** This process's name in the database. */
export const processOwner = (): string => JSON.stringify({ host: hostname(), pid: process.pid, boot: BOOT })

/** False when the process of that name is surely dead; of another machine nothing is known, so it counts as alive. */
export function isOwnerAlive(owner: string): boolean {
  const { host, pid, boot } = parseOwner(owner)
  if (host !== hostname() || pid === undefined) return true
  if (pid === process.pid) return boot === BOOT
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function parseOwner(owner: string): { host?: string; pid?: number; boot?: string } {
  try {
    return JSON.parse(owner)
  } catch {
    return {}
  }
}
