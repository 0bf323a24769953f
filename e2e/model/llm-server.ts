import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startProcess } from './process.ts'

/** Beside the repository where there is one: a real small model behind an OpenAI-compatible interface. */
const TOOL = fileURLToPath(new URL('../../../shared/tools/llm-server', import.meta.url))
const READY = /llm-server ready: (\S+) model (\S+)/u

/** The first start installs its runtime. */
const READY_MS = 180_000

/** Short answers are enough for a chat, and sixty of them come soon. */
const FEW_TOKENS = 48

export type RealModel = {
  baseUrl: string
  model: string | undefined
  /** What it has printed, for when it fails. */
  output(): string
  stop(): Promise<void>
}

/** `MODEL_BASE_URL` if it is set, else the tool, started on a free port; a sentence when there is neither. */
export async function findRealModel({ maxTokens = FEW_TOKENS } = {}): Promise<RealModel | string> {
  const { MODEL_BASE_URL: baseUrl, MODEL_NAME: model } = process.env
  if (baseUrl) return { baseUrl, model, output: () => '', stop: async () => {} }
  if (!existsSync(TOOL)) {
    return 'there is no real model here: set MODEL_BASE_URL to an OpenAI-compatible server (and MODEL_NAME to its model), like http://127.0.0.1:11434/v1'
  }
  const settings = { PORT: '0', LLM_MAX_TOKENS: String(maxTokens) }
  const server = await startProcess(TOOL, [], settings, READY, READY_MS)
  const [, url = '', name] = READY.exec(server.output()) ?? []
  return { baseUrl: url, model: name, output: server.output, stop: server.stop }
}
