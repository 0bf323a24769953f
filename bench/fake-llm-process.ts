import { startFakeLlm } from '../e2e/fake-llm.ts'

/** The tests' model in a process of its own; tells its parent where it listens. */
const { baseUrl } = await startFakeLlm()
process.send?.(baseUrl)
process.on('disconnect', () => process.exit())
