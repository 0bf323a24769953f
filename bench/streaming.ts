import { addSessions, inBrowser, richText } from './browser-bench.ts'
import { countRenders, rendersOf } from './render-counter.ts'

/** What a long reply costs the page while it streams, in a session with finished messages above it. */
const CHARACTERS = 24_000
const FINISHED = 40
const EVERY_MS = 4
const MAX_LONG_SHARE = 0.1

await inBrowser(async (stage) => {
  const { page, chat, llm } = stage
  const texts = Array.from({ length: FINISHED }, (_, n) => (n % 2 === 0 ? `Question ${n}?` : richText(n)))
  const [address = ''] = await addSessions(stage, [texts])
  let said = ''
  for (let n = 0; said.length < CHARACTERS; n++) said += `${richText(n)}\n`
  llm.when('tell me everything', { say: said.slice(0, CHARACTERS), everyMs: EVERY_MS })
  await countRenders(page)
  await chat.open(address)
  // Colours come to the code of the finished messages a moment after they are shown.
  const codes = chat.log.locator('pre')
  await page.waitForFunction(
    (blocks) => document.querySelectorAll('pre .hljs-keyword').length === blocks,
    await codes.count(),
  )
  await page.evaluate((finished) => {
    const seen = { longMs: 0, tasks: 0, longest: 0, mutations: 0 }
    Object.assign(window, { seen })
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        seen.longMs += duration
        seen.tasks++
        seen.longest = Math.max(seen.longest, duration)
      }
    }).observe({ entryTypes: ['longtask'] })
    const observer = new MutationObserver((records) => {
      seen.mutations += records.length
    })
    const everything = { subtree: true, childList: true, attributes: true, characterData: true }
    for (const message of [...document.querySelectorAll('[role=log] article')].slice(0, finished - 1))
      observer.observe(message, everything)
  }, FINISHED)
  const startedAt = performance.now()
  await chat.say('tell me everything')
  await chat.replies.last().getByText('Some words').first().waitFor()
  const before = await rendersOf(page)
  await page.waitForFunction(
    () => document.querySelector('[role=log]')?.getAttribute('aria-busy') === 'false',
    undefined,
    { timeout: 300_000 },
  )
  const ms = performance.now() - startedAt
  const after = await rendersOf(page)
  const since = (id: string) => (after[id] ?? 0) - (before[id] ?? 0)
  const ids = await chat.log
    .getByRole('article')
    .evaluateAll((articles) => articles.map((article) => (article as HTMLElement).dataset.message ?? ''))
  const reply = since(ids.at(-1) ?? '')
  // The question is rendered once more when its reply is there: it is not the last message any more.
  const finished = ids.slice(0, -2).reduce((sum, id) => sum + since(id), 0)
  const seen = await page.evaluate(
    () => (window as unknown as { seen: Record<'longMs' | 'tasks' | 'longest' | 'mutations', number> }).seen,
  )
  const share = seen.longMs / ms
  console.log(
    `${CHARACTERS.toLocaleString('en')} characters streamed in ${(ms / 1000).toFixed(1)} s, below ${FINISHED} finished messages:`,
  )
  console.log(
    `  long tasks          ${(share * 100).toFixed(1)} % of the time (${seen.tasks}, longest ${seen.longest.toFixed(0)} ms; at most 10 %)`,
  )
  console.log(
    `  rendered by React, counted   the growing reply ${reply} times, the ${ids.length - 2} messages above it ${finished} times`,
  )
  console.log(`  changes in the finished messages   ${seen.mutations}`)
  // Messages that were not counted when they were first shown would mean that nothing is counted.
  const counts = reply > 10 && ids.slice(0, -2).every((id) => (before[id] ?? 0) > 0)
  const kept = share < MAX_LONG_SHARE && seen.mutations === 0 && finished === 0 && counts
  console.log(kept ? 'Budget kept' : 'Budget EXCEEDED')
  if (!kept) process.exitCode = 1
})
