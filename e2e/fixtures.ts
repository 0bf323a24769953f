import { test as base, type Page } from '@playwright/test'
import { type AppServer, createAppServer } from './app-server.ts'
import { typeAsAPersonDoes } from './browsers/typing.ts'
import { type FakeLlm, startFakeLlm } from './fake-llm.ts'
import { ChatPage } from './pages/chat-page.ts'

type WorkerFixtures = {
  llm: FakeLlm
  /** One production server a worker; a test that kills or configures one starts its own by `startServer`. */
  server: AppServer
}
type TestFixtures = {
  chat: ChatPage
  /** Another tab of the same person. */
  openTab: (path?: string) => Promise<ChatPage>
  startServer: (env?: Record<string, string>, dataDir?: string) => Promise<AppServer>
  /** What the page said that a person should never have to read. */
  complaints: string[]
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  llm: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      const llm = await startFakeLlm()
      await use(llm)
      await llm.close()
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ llm }, use) => {
      const server = await createAppServer(connectedTo(llm))
      await server.start()
      await use(server)
      await server.dispose()
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  context: async ({ context, channel }, use) => {
    if (channel === 'moz-firefox') await typeAsAPersonDoes(context)
    await use(context)
  },
  startServer: async ({ llm }, use) => {
    const started: AppServer[] = []
    await use(async (env = {}, dataDir) => {
      const server = await createAppServer({ ...connectedTo(llm), ...env }, dataDir)
      started.push(server)
      await server.start()
      return server
    })
    for (const server of started) await server.dispose()
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  complaints: async ({}, use) => use([]),
  chat: async ({ page, complaints }, use) => {
    watch(page, complaints)
    await use(new ChatPage(page))
    if (complaints.length > 0) throw new Error(`The page complained:\n${complaints.join('\n')}`)
  },
  openTab: async ({ context }, use) =>
    use(async (path) => {
      const tab = new ChatPage(await context.newPage())
      await tab.open(path)
      return tab
    }),
})

const connectedTo = (llm: FakeLlm) => ({
  OPENAI_BASE_URL: llm.baseUrl,
  OPENAI_API_KEY: 'sk-canary-key',
  CHAT_MODEL: 'fake',
})

/** Errors of scripts, hydration and the content security policy; a refused request is a test's own matter. */
function watch(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && !text.includes('Failed to load resource')) complaints.push(text)
  })
}
