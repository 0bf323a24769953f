import { globSync, readFileSync } from 'node:fs'

/** A method of an address as the sources have it, like `PATCH /api/sessions/[sessionId]`. */
export type Endpoint = { method: string; path: string; name: string }

/** The memory API has its own callers and its own tests; its files export nothing else. */
const isMemoryApi = (source: string) => source.endsWith('OPTIONS } = wireMethods\n')

/** Every method of every API route of the app. A file that does not say its methods in the usual way is an error, not a gap. */
export function apiEndpoints(): Endpoint[] {
  return globSync('app/**/route.ts').flatMap((file) => {
    const source = readFileSync(file, 'utf8')
    if (isMemoryApi(source)) return []
    const found = [...source.matchAll(/^ {2}(GET|POST|PUT|PATCH|DELETE):|methods\(\{ (GET|POST):/gm)]
    if (!source.includes('= methods({') || found.length === 0) {
      throw new Error(`${file} exports no methods({ … }) that could be read: write it like the other routes`)
    }
    return found.map((match) => endpoint(match[1] ?? match[2] ?? '', file))
  })
}

/** Every page with a part of its address open. */
export function dynamicPages(): Endpoint[] {
  return globSync('app/**/page.tsx')
    .filter((file) => file.includes('['))
    .map((file) => endpoint('GET', file))
}

function endpoint(method: string, file: string): Endpoint {
  const path = file.replace(/^app/, '').replace(/\/(route|page)\.tsx?$/, '')
  return { method, path, name: `${method} ${path}` }
}
