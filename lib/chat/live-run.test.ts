import { expect, it } from 'vitest'
import { createChunkLog, toFrames } from './live-run.ts'

it('gives a chunk that comes while it looks for one at once, and not with the next or after a pause', async () => {
  const log = createChunkLog()
  const say = (delta: string) => log.push({ type: 'text-delta', id: 'text', delta })
  say('some ')
  const frames = toFrames(
    {
      async read(index) {
        const chunks = log.chunks.slice(index)
        if (chunks.length === 0 && log.chunks.length === 1) say('words')
        return { chunks, ended: log.ended }
      },
      changed: log.changed,
    },
    0,
  )
  const reader = frames.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toContain('some ')
  expect((await reader.read()).value).toContain('words')
  await reader.cancel()
})
