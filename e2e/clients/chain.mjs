/**
 * A LangChain program over several turns, as its users write it: `node chain.mjs URL SESSION SENTENCE…` prints what the model
 * was given and what it said, as JSON. The model answers from nothing but its prompt.
 */
import { MotorheadMemory } from '@langchain/community/memory/motorhead_memory'
import { LLM } from '@langchain/core/language_models/llms'
import { ConversationChain } from 'langchain/chains'

class PromptReader extends LLM {
  /** @type {string[]} */
  prompts = []

  _llmType() {
    return 'prompt-reader'
  }

  /** @param {string} prompt */
  async _call(prompt) {
    this.prompts.push(prompt)
    const name = /\bi'?m (\w+)/iu.exec(prompt)?.[1]
    if (/name\?\s*AI:\s*$/iu.test(prompt)) return name ? `Your name is ${name}.` : 'I do not know.'
    return 'That is noted.'
  }
}

const [url, sessionId = '', ...sentences] = process.argv.slice(2)
const memory = new MotorheadMemory({ sessionId, url, memoryKey: 'history' })
await memory.init()
const llm = new PromptReader({})
const chain = new ConversationChain({ llm, memory })
const replies = []
for (const input of sentences) replies.push((await chain.invoke({ input })).response)
console.log(JSON.stringify({ replies, prompts: llm.prompts, context: memory.context ?? null }))
