import { existsSync, readFileSync } from 'node:fs'

/** A tick of `/proc`, in microseconds: `USER_HZ` is 100 on every Linux (proc(5)). */
const TICK = 10_000

/** What processes have taken of the processors so far, in microseconds; 0 where the system does not tell. */
export function cpuMicros(pids: number[]): number {
  // After the name, which may hold anything, the fields 14 and 15 are user and system time.
  const ticksOf = (pid: number) => read(pid, 'stat').split(') ').at(-1)?.split(' ').slice(11, 13) ?? []
  return pids.flatMap(ticksOf).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK
}

/** The memory that processes hold, all of them together; 0 where the system does not tell. */
export function residentMegabytes(pids: number[]): number {
  const kilobytesOf = (pid: number) => Number(/VmRSS:\s+(\d+) kB/.exec(read(pid, 'status'))?.[1] ?? 0)
  return Math.round(pids.reduce((sum, pid) => sum + kilobytesOf(pid), 0) / 1024)
}

function read(pid: number, file: string): string {
  const path = `/proc/${pid}/${file}`
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
