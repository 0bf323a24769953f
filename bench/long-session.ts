import { addSessions, inBrowser, richText } from './browser-bench.ts'

/** What a session of 1,000 messages costs the page that opens it. */
const MESSAGES = 1000
const MAX_NODES = 15_000
const MAX_HEAP_MB = 120

await inBrowser(async (stage) => {
  const { page, cdp, chat } = stage
  const texts = Array.from({ length: MESSAGES }, (_, n) =>
    n % 2 === 0 ? `Question number ${n}?` : richText(n),
  )
  const [address = ''] = await addSessions(stage, [texts])
  await chat.open(address)
  await chat.replies
    .last()
    .getByRole('heading', { name: `Part ${MESSAGES - 1}` })
    .waitFor()
  await cdp.send('Performance.enable')
  await cdp.send('HeapProfiler.collectGarbage')
  const { metrics } = await cdp.send('Performance.getMetrics')
  const heap = (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0) / 1024 / 1024
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length)
  const shown = await chat.log.getByRole('article').count()
  const kept = nodes <= MAX_NODES && heap <= MAX_HEAP_MB
  console.log(
    `A session of ${MESSAGES} messages, opened (${shown} messages shown, earlier ones on scrolling up):`,
  )
  console.log(`  DOM nodes   ${nodes.toLocaleString('en')}   (at most ${MAX_NODES.toLocaleString('en')})`)
  console.log(`  JS heap     ${heap.toFixed(1)} MB   (at most ${MAX_HEAP_MB} MB)`)
  console.log(kept ? 'Budget kept' : 'Budget EXCEEDED')
  if (!kept) process.exitCode = 1
})
