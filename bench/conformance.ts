import { parseArgs } from 'node:util'
import { createAppServer } from '../e2e/app-server.ts'
import build from '../e2e/build.ts'
import { examine } from './conformance/examine.ts'
import { startSlowModel } from './conformance/slow-model.ts'

/**
 * `npm run conformance -- URL`: what a server of Motörhead's API holds to, and how many messages it loses. For the losses,
 * the server must be started with the slow model of this tool as its own (its address is printed; `--model-port` chooses
 * the port). Without a URL it tries ours.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'model-port': { type: 'string', default: '8787' } },
})
const given = positionals[0]
const model = await startSlowModel(given ? Number(values['model-port']) : 0)
const own = given ? null : await startOwn(model.baseUrl)
const url = given ?? own?.url ?? ''

console.log(`Trying ${url}`)
if (given) {
  console.log(`Its model must be ours, and its window 12: OPENAI_API_BASE=${model.baseUrl} OPENAI_API_KEY=any
or, as getmetal/motorhead asks OpenAI itself whatever that says, AZURE_API_BASE=${new URL(model.baseUrl).origin}
AZURE_API_KEY=any AZURE_DEPLOYMENT_ID=any AZURE_DEPLOYMENT_ID_ADA=any`)
}

let failed = 1
try {
  failed = await examine(url, model, { print: console.log })
} catch (error) {
  console.error(`${url} does not answer: ${error instanceof Error ? error.message : error}`)
} finally {
  model.close()
  await own?.dispose()
}
process.exit(failed === 0 ? 0 : 1)

async function startOwn(baseUrl: string) {
  build()
  const server = await createAppServer({ OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: 'x', CHAT_MODEL: 'slow' })
  await server.start()
  return server
}
