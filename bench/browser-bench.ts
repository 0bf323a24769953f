import { type BrowserContext, type CDPSession, chromium, type Page } from '@playwright/test'
import { createAppServer } from '../e2e/app-server.ts'
import { findBrowser } from '../e2e/browser.ts'
import build from '../e2e/build.ts'
import { type FakeLlm, startFakeLlm } from '../e2e/fake-llm.ts'
import { ChatPage } from '../e2e/pages/chat-page.ts'

export type Stage = {
  origin: string
  llm: FakeLlm
  context: BrowserContext
  page: Page
  chat: ChatPage
  cdp: CDPSession
}

/** Runs `measure` in a real browser against the production build and a fake model. */
export async function inBrowser(measure: (stage: Stage) => Promise<void>): Promise<void> {
  build()
  const llm = await startFakeLlm()
  const server = await createAppServer({
    OPENAI_BASE_URL: llm.baseUrl,
    OPENAI_API_KEY: 'x',
    CHAT_MODEL: 'fake',
  })
  const { executablePath, args, env } = await findBrowser()
  const launch = { executablePath, args, env: { ...(process.env as Record<string, string>), ...env } }
  const browser = await chromium.launch(launch)
  try {
    await server.start()
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    const cdp = await context.newCDPSession(page)
    await measure({ origin: server.url, llm, context, page, chat: new ChatPage(page), cdp })
  } finally {
    await browser.close()
    await server.dispose()
    await llm.close()
  }
}

/** Brings sessions into the app by its own import; answers their addresses. */
export async function addSessions({ context, origin }: Stage, sessions: string[][]): Promise<string[]> {
  const at = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString()
  const trees = sessions.map((texts, number) => {
    const ids = texts.map(() => crypto.randomUUID() as string)
    const messages = texts.map((text, n) => ({
      id: ids[n],
      parentId: ids[n - 1] ?? null,
      role: n % 2 === 0 ? 'user' : 'assistant',
      text,
      createdAt: at(n),
    }))
    const id = crypto.randomUUID() as string
    const title = `Session ${number + 1}`
    return { id, title, headId: ids.at(-1), createdAt: at(0), updatedAt: at(number), messages }
  })
  const archive = { format: 'motorhead-chat', version: 1, exportedAt: at(0), sessions: trees }
  const answer = await context.request.post(`${origin}/api/import`, { headers: { origin }, data: archive })
  if (!answer.ok()) throw new Error(`The import answered ${answer.status()}: ${await answer.text()}`)
  return trees.map(({ id }) => `${origin}/s/${id}`)
}

/** An answer as models give them: headings, lists, code. */
export const richText = (n: number): string =>
  `## Part ${n}\n\nSome words with **weight** and \`code\`, and [a link](https://example.org/${n}).\n\n- one\n- two\n\n\`\`\`js\nconst n = ${n} // a line\n\`\`\`\n`
