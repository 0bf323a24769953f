import { expect, it, onTestFinished, vi } from 'vitest'
import { createChunkLog, toFrames } from './live-run.ts'

it('gives the chunks that are there as one piece, and what comes later as another', async () => {
  const log = createChunkLog()
  const read = async (index: number) => ({ chunks: log.chunks.slice(index), ended: log.ended })
  const reader = toFrames({ read, changed: log.changed }, 0).pipeThrough(new TextDecoderStream()).getReader()
  log.push({ type: 'text-start', id: 'text' })
  log.push({ type: 'text-delta', id: 'text', delta: 'some' })
  expect((await reader.read()).value).toMatch(/^id: 0\ndata: .*text-start.*\n\nid: 1\ndata: .*some.*\n\n$/)
  log.push({ type: 'text-end', id: 'text' })
  log.end()
  expect((await reader.read()).value).toMatch(/^id: 2\ndata: .*text-end.*\n\ndata: \[DONE\]\n\n$/)
})

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

it('says at once that it waits, and again each 15 s, also where it is asked all the time whether there is more', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const chunks: string[] = []
  const read = async (index: number) => ({ chunks: chunks.slice(index), ended: false })
  const changed = () => new Promise<void>((resolve) => setTimeout(resolve, 200))
  const reader = toFrames({ read, changed }, 0).pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe(': waiting\n\n')
  let heard = ''
  const hear = async () => {
    heard = (await reader.read()).value ?? ''
  }
  void hear()
  await vi.advanceTimersByTimeAsync(14_000)
  expect(heard).toBe('')
  await vi.advanceTimersByTimeAsync(1_200)
  expect(heard).toBe(': waiting\n\n')
  void hear()
  await vi.advanceTimersByTimeAsync(10_000)
  chunks.push('{}')
  await vi.advanceTimersByTimeAsync(200)
  expect(heard).toBe('id: 0\ndata: {}\n\n')
  void hear()
  await vi.advanceTimersByTimeAsync(14_000)
  expect(heard).toBe('id: 0\ndata: {}\n\n')
  await vi.advanceTimersByTimeAsync(1_200)
  expect(heard).toBe(': waiting\n\n')
  await reader.cancel()
})
