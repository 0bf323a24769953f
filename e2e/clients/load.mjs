/** A new instance loads what another one has saved, in both forms: `node load.mjs URL SESSION`. */
import { MotorheadMemory } from '@langchain/community/memory/motorhead_memory'

const [url, sessionId = ''] = process.argv.slice(2)

/** @param {boolean} returnMessages */
async function load(returnMessages) {
  const memory = new MotorheadMemory({ sessionId, url, returnMessages })
  await memory.init()
  const { history } = await memory.loadMemoryVariables({})
  return { history, context: memory.context ?? null }
}

const asText = await load(false)
const asMessages = await load(true)
console.log(
  JSON.stringify({
    context: asText.context,
    text: asText.history,
    messages: asMessages.history.map((/** @type {{ getType(): string, content: unknown }} */ message) => [
      message.getType(),
      message.content,
    ]),
  }),
)
