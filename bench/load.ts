import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What every connection asks, again and again; `#` in the path is a number from 0 to `spread` - 1, another each time. */
export type Load = { method: 'GET' | 'POST'; path: string; spread?: number; body?: unknown }

export type Measured = { perSecond: number; p50: number; p99: number; failed: number }

export const CONNECTIONS = 32

/** Loads a server with `wrk`, or with `autocannon` where that is not there: it takes more of the machine itself. */
export async function measure(baseUrl: string, load: Load, seconds: number): Promise<Measured> {
  return (await hasWrk()) ? withWrk(baseUrl, load, seconds) : withAutocannon(baseUrl, load, seconds)
}

export const hasWrk = (): Promise<boolean> =>
  run('wrk', ['-v']).then(
    () => true,
    // It prints its version and exits with 1.
    (error: { code?: unknown }) => error.code === 1,
  )

async function withWrk(baseUrl: string, load: Load, seconds: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-load-'))
  const script = join(folder, 'load.lua')
  writeFileSync(script, luaScript(new URL(baseUrl).pathname.replace(/\/$/, ''), load))
  try {
    const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--timeout', '30s', '-s', script, baseUrl]
    const { stdout } = await run('wrk', args)
    const found = /RESULT (\S+) (\S+) (\S+) (\S+) (\S+)/.exec(stdout)
    if (!found) throw new Error(`wrk said nothing that could be read:\n${stdout}`)
    const [requests = 0, micros = 1, p50 = 0, p99 = 0, failed = 0] = found.slice(1).map(Number)
    return { perSecond: (requests / micros) * 1e6, p50: p50 / 1000, p99: p99 / 1000, failed }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function luaScript(prefix: string, { method, path, spread = 1, body }: Load): string {
  const text = body === undefined ? 'nil' : `[==[${JSON.stringify(body)}]==]`
  return `
local n = 0
local headers = { ["Content-Type"] = "application/json" }
function request()
  n = (n + 1) % ${spread}
  return wrk.format("${method}", (string.gsub("${prefix}${path}", "#", n)), headers, ${text})
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %f %f %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end`
}

async function withAutocannon(baseUrl: string, load: Load, seconds: number): Promise<Measured> {
  const { default: autocannon } = await import('autocannon')
  const prefix = new URL(baseUrl).pathname.replace(/\/$/, '')
  let n = 0
  const result = await autocannon({
    url: new URL(baseUrl).origin,
    connections: CONNECTIONS,
    duration: seconds,
    timeout: 30,
    method: load.method,
    headers: { 'content-type': 'application/json' },
    ...(load.body !== undefined && { body: JSON.stringify(load.body) }),
    requests: [
      {
        setupRequest(request) {
          n = (n + 1) % (load.spread ?? 1)
          return { ...request, path: prefix + load.path.replace('#', String(n)) }
        },
      },
    ],
  })
  return {
    perSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors,
  }
}
