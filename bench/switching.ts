import { addSessions, inBrowser, richText } from './browser-bench.ts'

/** From one session to another: how long until the other one stands, what was shown in between, and what moved. */
const SESSIONS = 6
const TURNS = 30
const MAX_SHIFT = 0.02

await inBrowser(async (stage) => {
  const { page, chat, origin } = stage
  const sessions = Array.from({ length: SESSIONS }, (_, s) =>
    Array.from({ length: TURNS }, (_, n) => (n % 2 === 0 ? `Session ${s + 1}, question ${n}` : richText(n))),
  )
  await addSessions(stage, sessions)
  await page.addInitScript(() => {
    const seen = { shift: 0 }
    Object.assign(window, { seen })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput } = entry as PerformanceEntry & {
          value: number
          hadRecentInput: boolean
        }
        if (!hadRecentInput) seen.shift += value
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await chat.open(origin)
  await chat.sessions.getByRole('link', { name: 'Session 1', exact: true }).click()
  await chat.questions.first().waitFor()
  const times: number[] = []
  let stale = 0
  for (let round = 0; round < 4; round++) {
    for (let s = 1; s <= SESSIONS; s++) {
      if (round === 0 && s === 1) continue
      const link = chat.sessions.getByRole('link', { name: `Session ${s}`, exact: true })
      await link.hover()
      // A person's hand is on the way to the button for so long.
      await page.waitForTimeout(200)
      await watchFrames(page, `Session ${s}, question`)
      await link.click()
      const { ms, frames } = await page.evaluate(
        () => (window as unknown as { watched: Promise<{ ms: number; frames: number }> }).watched,
      )
      times.push(ms)
      stale += frames
    }
  }
  const shift = await page.evaluate(() => (window as unknown as { seen: { shift: number } }).seen.shift)
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(0)
  console.log(`${times.length} switches between sessions of ${TURNS} messages, hovered before the click:`)
  console.log(`  click to shown      p50 ${at(0.5)} ms   p95 ${at(0.95)} ms`)
  console.log(`  frames under the new address with the old session's messages   ${stale}`)
  console.log(`  layout shift        ${shift.toFixed(4)} in all, first load included (at most ${MAX_SHIFT})`)
  const kept = shift < MAX_SHIFT && stale === 0
  console.log(kept ? 'Budget kept' : 'Budget EXCEEDED')
  if (!kept) process.exitCode = 1
})

/** Looks at every frame from the click on: until the other session is there, and at the end of which address they stood. */
async function watchFrames(page: import('@playwright/test').Page, text: string): Promise<void> {
  await page.evaluate((wanted) => {
    const from = window.location.pathname
    const watched = new Promise((resolve) => {
      let startedAt = 0
      let frames = 0
      window.addEventListener(
        'click',
        () => {
          startedAt = performance.now()
        },
        { capture: true, once: true },
      )
      const look = () => {
        const first = document.querySelector('[role=log] article')?.textContent ?? ''
        if (startedAt > 0 && first.includes(wanted))
          return resolve({ ms: performance.now() - startedAt, frames })
        if (window.location.pathname !== from && !first.includes(wanted) && first !== '') frames++
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
    Object.assign(window, { watched })
  }, text)
}
