/** What we use of a package that brings no types. */
declare module 'autocannon' {
  type Request = { path?: string; method?: string }
  type Options = {
    url: string
    connections: number
    duration: number
    timeout: number
    method: string
    headers: Record<string, string>
    body?: string
    requests: { setupRequest(request: Request): Request }[]
  }
  type Result = {
    requests: { average: number }
    latency: { p50: number; p99: number }
    non2xx: number
    errors: number
  }
  export default function autocannon(options: Options): Promise<Result>
}
