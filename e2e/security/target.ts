import { test as base } from '@playwright/test'
import { createAppServer } from '../app-server.ts'
import { startFakeLlm } from '../fake-llm.ts'

/** The production server as an attacker meets it, with a model that counts its calls. */
export type Target = {
  origin: string
  /** How often the model was asked for a reply to messages that hold `text`. */
  repliesTo(text: string): number
  log(): string
}

/** A worker's server lives through all of its specs: what one of them breaks, the next ones see. */
export const test = base.extend<object, { target: Target }>({
  target: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      const llm = await startFakeLlm()
      const server = await createAppServer({
        OPENAI_BASE_URL: llm.baseUrl,
        OPENAI_API_KEY: 'sk-canary-key',
        CHAT_MODEL: 'fake',
        MAX_ACTIVE_RUNS: '1000',
      })
      await server.start()
      await use({ origin: server.url, repliesTo: (text) => llm.repliesTo(text).length, log: server.output })
      await server.dispose()
      await llm.close()
    },
    { scope: 'worker', timeout: 180_000 },
  ],
})
