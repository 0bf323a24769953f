import { expect } from '@playwright/test'
import { readNotes } from '#lib/llm/notes.ts'
import { test } from './fixtures.ts'

test('[A6] remembers a name: hi im bob, whats my name, whats for dinner', async ({ chat, llm }) => {
  await chat.open()
  await chat.ask('hi im bob')
  await expect(await chat.ask('whats my name?')).toContainText('Bob')
  await expect(await chat.ask('whats for dinner?')).toContainText('pasta')
  expect(llm.repliesTo('whats my name?').at(-1)?.prompt).toContain('hi im bob')
})

test('[A6] remembers it after the server was killed and started again', async ({
  page,
  chat,
  llm,
  startServer,
}) => {
  const server = await startServer()
  await chat.open(server.url)
  await chat.ask('hi im bob')
  await server.kill()
  await server.start()
  await chat.open(page.url())
  await expect(await chat.ask('whats my name?')).toContainText('Bob')
  expect(llm.repliesTo('whats my name?').at(-1)?.prompt).toContain('hi im bob')
})

test('[A6] remembers it after sixty other messages, with a window of twelve', async ({ chat, llm, page }) => {
  test.slow()
  await chat.open()
  await chat.ask('hi im bob')
  const sessionId = chat.sessionId()
  await page.evaluate(async (id) => {
    let after: string | null = null
    for (let n = 0; n < 30; n++) {
      const replyId = crypto.randomUUID()
      const body = {
        kind: 'send',
        sessionId: id,
        isNew: false,
        id: crypto.randomUUID(),
        replyId,
        after,
        text: `filler number ${n}`,
      }
      const answer = await fetch('/api/chat', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      await answer.text()
      after = replyId
    }
  }, sessionId)
  await chat.reload()
  await expect(await chat.ask('whats my name?')).toContainText('Bob')
  const prompt = llm.repliesTo('whats my name?').at(-1)
  expect(prompt?.prompt).toMatch(/im bob|my name is bob/i)
  // The window is short: most fillers were not sent, and the name came by summary or retrieval.
  expect(prompt?.messages.length).toBeLessThan(30)
  const turns = prompt?.messages
    .filter(({ role }) => role !== 'system')
    .map(({ content }) => readNotes(content))
  expect(turns?.flatMap(({ notes }) => notes).some(({ text }) => /\bbob\b/i.test(text))).toBe(true)
  expect(turns?.some(({ text }) => /\bbob\b/i.test(text))).toBe(false)
})
