import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Models } from '#lib/llm/models.ts'
import { buildState } from '#lib/server/build.ts'
import { type Config, loadConfig, sessionSecrets } from '#lib/server/config.ts'
import { prepareDataDir } from '#lib/server/data-dir.ts'
import { loadEnvFiles } from '#lib/server/env-files.ts'
import { answerBrokenRequest, createFront } from '#lib/server/front.ts'
import { errorFields, log } from '#lib/server/log.ts'
import { processSlot } from '#lib/server/process-slot.ts'

/** Of the app that Next's side opens, what this side needs. */
type OpenApp = { models: { current(): Promise<Models> }; close(): Promise<void> }

const folder = fileURLToPath(new URL('.', import.meta.url))
const openedApp = processSlot<Promise<OpenApp>>('app')

/** How long replies may go on after a stop was asked for. */
const GRACE_MS = 3000

/** The time to send a request; an answer may take as long as it likes. */
const TIMEOUTS = { headersTimeout: 15_000, requestTimeout: 60_000, keepAliveTimeout: 65_000 }

async function main(): Promise<void> {
  const config = readSettings()
  const { default: next } = await import('next')
  const app = next({ dev: false, dir: folder, hostname: config.host, port: config.port, quiet: true })
  const ready = Promise.withResolvers<void>()
  const handle = async (...[request, response]: Parameters<ReturnType<typeof app.getRequestHandler>>) => {
    await ready.promise
    return app.getRequestHandler()(request, response)
  }
  const server = createServer(TIMEOUTS, createFront(handle, config, ready.promise))
  server.on('clientError', answerBrokenRequest)
  // The port comes first: a second start by mistake must not touch the data of the first.
  const port = await listen(server, config)
  stopOnSignals(server)
  surviveStrayErrors()
  await app.prepare()
  ready.resolve()
  await greet(config, port)
}

function readSettings(): Config {
  loadEnvFiles(folder)
  Object.assign(process.env, { NODE_ENV: 'production' })
  const config = loadConfig()
  if (config.database === null) prepareDataDir(config.dataDir)
  sessionSecrets(config)
  if (buildState(folder) === 'absent') {
    throw new Error('There is no build yet: run "npm start", which makes one, or "npm run build".')
  }
  return config
}

function listen(server: Server, { host, port }: Config): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('error', (error: NodeJS.ErrnoException) =>
    reject(new Error(listenProblem(error, { host, port }))),
  )
  server.listen(port, host, () => {
    const address = server.address()
    resolve(typeof address === 'object' && address !== null ? address.port : port)
  })
  return promise
}

function listenProblem(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program: stop that one, or choose another with PORT, like PORT=${port + 1} npm start.`
    case 'EACCES':
      return `Port ${port} is reserved for the system: choose one above 1023 with PORT.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST "${host}" is no address of this machine: use 127.0.0.1, or 0.0.0.0 for all of its networks.`
    default:
      return `The server cannot listen on ${host}:${port} (${error.code}).`
  }
}

/** Stops accepting, gives replies a moment, interrupts the rest with the text they have, and exits. */
function stopOnSignals(server: Server): void {
  let stopping = false
  const stop = async () => {
    if (stopping) process.exit(1)
    stopping = true
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())])
    await closeApp()
    server.closeAllConnections()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

async function closeApp(): Promise<void> {
  try {
    const opened = await openedApp.get()
    await opened?.close()
  } catch (error) {
    log('error', 'close-failed', errorFields(error))
  }
}

/** An error that no request waits for must not end the replies of everybody else. */
function surviveStrayErrors(): void {
  process.on('uncaughtException', (error) => log('error', 'uncaught-error', errorFields(error)))
  process.on('unhandledRejection', (error) => log('error', 'unhandled-rejection', errorFields(error)))
}

async function greet(config: Config, port: number): Promise<void> {
  const name = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(config.host) ? 'localhost' : config.host
  const lines = [`motorhead-chat ready at ${config.publicOrigin ?? `http://${name}:${port}`}`]
  if (config.unused.length > 0)
    lines.push(`Set, but not used by this version yet: ${config.unused.join(', ')}.`)
  const models = await currentModels()
  if (models === 'closed') lines.push('The database cannot be opened; see the line above and /api/health.')
  else if (!models.status.connected) lines.push(NO_MODEL)
  process.stdout.write(`${lines.join('\n')}\n`)
}

const NO_MODEL =
  'No language model is connected: replies quote what memory holds. To connect one, set OPENAI_API_KEY, or\n' +
  'OPENAI_BASE_URL and CHAT_MODEL for a server of your own, or start Ollama; then start again. See .env.example.'

async function currentModels(): Promise<Models | 'closed'> {
  try {
    return (await (await openedApp.get())?.models.current()) ?? 'closed'
  } catch {
    return 'closed'
  }
}

// Last, when every constant above is there.
await main().catch((error: unknown) => {
  const sentence = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
})
