import { type ChildProcess, execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { kill } from 'node:process'

/**
 * Ends a process and those that it has started, and waits until these hold nothing any more: memory, files, a port. Standing
 * still, it starts no further one, and does not see the others die: none of them gets to do anything.
 */
export async function killAll(process: ChildProcess): Promise<void> {
  process.kill('SIGSTOP')
  const children = childrenOf(process.pid ?? 0)
  for (const pid of children) kill(pid, 'SIGKILL')
  process.kill('SIGKILL')
  while (children.some(isAlive)) await new Promise((wake) => setTimeout(wake, 10))
}

/** By their ids; the dead that nobody has waited for do not count. */
function childrenOf(pid: number): number[] {
  return listProcesses()
    .filter(({ parent, state }) => parent === pid && state !== 'Z')
    .map((each) => each.pid)
}

const isAlive = (pid: number): boolean =>
  listProcesses().some((each) => each.pid === pid && each.state !== 'Z')

type Entry = { pid: number; parent: number; state: string }

function listProcesses(): Entry[] {
  return existsSync('/proc/self/stat') ? listProc() : listPs()
}

function listProc(): Entry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .flatMap((name) => {
      try {
        // A process name may hold anything, also a parenthesis: what follows the last one is in a fixed order.
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return [{ pid: Number(name), parent: Number(parent), state }]
      } catch {
        return []
      }
    })
}

function listPs(): Entry[] {
  const lines = execFileSync('ps', ['-Ao', 'pid=,ppid=,state='], { encoding: 'utf8' }).trim().split('\n')
  return lines.map((line) => {
    const [pid, parent, state = ''] = line.trim().split(/\s+/u)
    return { pid: Number(pid), parent: Number(parent), state: state.slice(0, 1) }
  })
}
