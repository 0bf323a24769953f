import { CHECKS } from './checks.ts'
import { createClient } from './client.ts'
import { losses, type Pace } from './losses.ts'
import type { SlowModel } from './slow-model.ts'

/**
 * Asks a server whose summaries are made by `model`, prints each line of what was found, and answers how many of them are
 * not as they should be. Throws when nothing answers there.
 */
export async function examine(
  url: string,
  model: SlowModel,
  { print, pace }: { print(line: string): void; pace?: Pace },
): Promise<number> {
  const client = createClient(url)
  await client.ask('/')
  print('\nWhat clients rely on')
  let failed = 0
  for (const { name, run } of CHECKS) {
    const outcome = await run(client, `c${crypto.randomUUID().slice(0, 8)}`).catch(String)
    if (outcome !== true) failed++
    print(outcome === true ? `  ok    ${name}` : `  FAIL  ${name}: ${outcome}`)
  }
  print(`  ${CHECKS.length - failed} of ${CHECKS.length} hold\n\nWhat is lost`)
  for (const { name, of, count } of losses(client, model, pace)) {
    const lost = await count()
    if (lost !== 0) failed++
    print(`  ${lost === null ? 'not tried: the server never asked the model' : `${lost} of ${of}`}  ${name}`)
  }
  return failed
}
