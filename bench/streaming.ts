import { addSessions, inBrowser, richText } from './browser-bench.ts'

/** What a long reply costs the page while it streams, in a session with finished messages above it. */
const CHARACTERS = 24_000
const FINISHED = 40
const EVERY_MS = 4
const MAX_LONG_SHARE = 0.1

await inBrowser(async (stage) => {
  const { page, cdp, chat, llm } = stage
  const texts = Array.from({ length: FINISHED }, (_, n) => (n % 2 === 0 ? `Question ${n}?` : richText(n)))
  const [address = ''] = await addSessions(stage, [texts])
  let said = ''
  for (let n = 0; said.length < CHARACTERS; n++) said += `${richText(n)}\n`
  llm.when('tell me everything', { say: said.slice(0, CHARACTERS), everyMs: EVERY_MS })
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
  await cdp.send('Profiler.enable')
  await cdp.send('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const startedAt = performance.now()
  await chat.say('tell me everything')
  await chat.replies.last().getByText('Some words').first().waitFor()
  const before = await rendersOf(cdp)
  await page.waitForFunction(
    () => document.querySelector('[role=log]')?.getAttribute('aria-busy') === 'false',
    undefined,
    { timeout: 300_000 },
  )
  const ms = performance.now() - startedAt
  const renders = (await rendersOf(cdp)) - before
  const seen = await page.evaluate(
    () => (window as unknown as { seen: Record<'longMs' | 'tasks' | 'longest' | 'mutations', number> }).seen,
  )
  const share = seen.longMs / ms
  // The reply itself is shown anew at most every 50 ms; a finished message that rendered along would double that.
  const most = ms / 50 + 10
  console.log(
    `${CHARACTERS.toLocaleString('en')} characters streamed in ${(ms / 1000).toFixed(1)} s, below ${FINISHED} finished messages:`,
  )
  console.log(
    `  long tasks          ${(share * 100).toFixed(1)} % of the time (${seen.tasks}, longest ${seen.longest.toFixed(0)} ms; at most 10 %)`,
  )
  console.log(
    `  messages rendered   ${renders} times, the growing reply included (at most ${most.toFixed(0)} for it alone)`,
  )
  console.log(`  changes in the finished messages   ${seen.mutations}`)
  const kept = share < MAX_LONG_SHARE && seen.mutations === 0 && renders <= most
  console.log(kept ? 'Budget kept' : 'Budget EXCEEDED')
  if (!kept) process.exitCode = 1
})

/** How often the component of a message was called, by the browser's own count: the function that names `data-message`. */
async function rendersOf(cdp: import('@playwright/test').CDPSession): Promise<number> {
  const { result } = await cdp.send('Profiler.takePreciseCoverage')
  for (const { scriptId, functions, url } of result) {
    if (!url.includes('/_next/')) continue
    const { scriptSource } = await cdp
      .send('Debugger.enable')
      .then(() => cdp.send('Debugger.getScriptSource', { scriptId }))
    const at = scriptSource.indexOf('"data-message"')
    if (at < 0) continue
    const around = functions
      .map(({ ranges }) => ranges[0])
      .filter((range) => range !== undefined && range.startOffset <= at && at < range.endOffset)
      .sort(
        (a, b) => (a?.endOffset ?? 0) - (a?.startOffset ?? 0) - ((b?.endOffset ?? 0) - (b?.startOffset ?? 0)),
      )
    return around[0]?.count ?? 0
  }
  throw new Error('The component of a message was not found in the scripts.')
}
