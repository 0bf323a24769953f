import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Tells two processes with the same process id apart, such as a container before and after its restart. */
const BOOT = crypto.randomUUID()

/**
 * Where a process id means the same process: a machine since its start, and one space of process ids in it. Containers
 * that share a host's name have each their process 1, and functions of a cloud often all have one name.
 */
const HOST = [hostname(), readBootId(), readPidSpace()].join(' ')

/** This process's name in the database. `alone`: nothing of its host is worth anything to another process. */
export const processOwner = ({ alone = false } = {}): string =>
  JSON.stringify({ host: alone ? BOOT : HOST, pid: process.pid, boot: BOOT })

/** False when the process of that name is surely dead; of another machine nothing is known, so it counts as alive. */
export function isOwnerAlive(owner: string): boolean {
  const { host, pid, boot } = parseOwner(owner)
  if (host !== HOST || pid === undefined) return true
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

/** Linux only; elsewhere the host's name has to do. */
function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

function readPidSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
