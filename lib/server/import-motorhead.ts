import { createClient } from 'redis'
import { firstWords } from '#lib/chat/titles.ts'
import { readDeployment } from '#lib/memory/motorhead/deployment.ts'
import { type ImportReport, importDeployment } from '#lib/memory/motorhead/import-deployment.ts'
import { CommandError, runCommand } from './command.ts'

/**
 * `npm run import:motorhead -- redis://… [--namespace name]`: the sessions of an original deployment. Without a namespace
 * they go to where programs without a key find them.
 */
const USAGE = 'npm run import:motorhead -- redis://host:6379 [--namespace name]'
const DEFAULT_NAMESPACE = 'default'
const CONNECT_MS = 5000

await runCommand(USAGE, async ({ argument, namespace = DEFAULT_NAMESPACE, store }) => {
  if (argument === undefined || !/^rediss?:\/\//u.test(argument))
    throw new CommandError(`Use it so: ${USAGE}`)
  const redis = createClient({
    url: argument,
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
  })
  // Told by whatever waits for an answer.
  redis.on('error', () => {})
  try {
    await redis.connect()
    const report = await importDeployment(store, readDeployment(redis), {
      namespace,
      now: Date.now(),
      titleOf: firstWords,
    })
    for (const line of linesOf(report, namespace)) console.log(line)
  } catch (error) {
    throw asSentence(error)
  } finally {
    redis.destroy()
  }
})

function linesOf(
  { sessions, messages, contexts, labels, ambiguous, unreadable }: ImportReport,
  namespace: string,
) {
  return [
    `Sessions: ${sessions.new} new in "${namespace}", ${sessions.grown} went on, ${sessions.present} were here already.`,
    `Messages: ${messages.window} added, in their order. Contexts: ${contexts}.`,
    labels.length > 0 && `Namespaces there, kept as what divides this one: ${labels.join(', ')}.`,
    messages.older > 0 &&
      `${messages.older} older messages came from its long-term memory, which kept no order; they stand before the others. Its vectors are not taken over.`,
    ambiguous > 0 &&
      `${ambiguous} messages hold ": " more than once: their role was taken to end at the first one, as the original reads them.`,
    unreadable > 0 && `${unreadable} entries had no role, and were left out, as the original does.`,
    sessions.inUse > 0 &&
      `${sessions.inUse} sessions are in use here under the same id and were left alone: give another --namespace to have those, too.`,
    "Times were not kept there: a message has the time of its session's last activity.",
  ].filter((line) => line !== false)
}

/** The address may hold a password: it is never shown. */
function asSentence(error: unknown): unknown {
  const { code, name, message = '' } = error as { code?: string; name?: string; message?: string }
  if (/WRONGPASS|NOAUTH|NOPERM/u.test(message))
    return new CommandError('Redis does not take the user or password in the address.')
  const isConnection = /^E[A-Z_]+$/u.test(code ?? '') || /Timeout|Closed|Socket/u.test(name ?? '')
  if (!isConnection) return error
  return new CommandError(`Redis cannot be reached under that address (${code ?? name}).`)
}
