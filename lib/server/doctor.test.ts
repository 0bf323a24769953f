import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motorhead-chat-doctor-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function examine(env: Record<string, string>) {
  const { status, stdout } = spawnSync(process.execPath, ['lib/server/doctor.ts'], {
    cwd: root,
    encoding: 'utf8',
    env: { NODE_ENV: 'production', PATH: process.env.PATH, OLLAMA_URL: 'off', DATA_DIR: folder, ...env },
  })
  return { status, said: stdout }
}

describe('the doctor', () => {
  it('says what is in force, and what is missing and how to get it', () => {
    const { status, said } = examine({})
    expect(status).toBe(0)
    expect(said).toContain(`SQLite in ${folder}`)
    expect(said).toMatch(/listens on 127\.0\.0\.1, port 3000/)
    expect(said).toMatch(/none connected: set OPENAI_API_KEY/)
  })

  it('names the model that answers, and never its key', () => {
    const { said } = examine({ OPENAI_API_KEY: 'sk-canary', CHAT_MODEL: 'my-model' })
    expect(said).toMatch(/my-model, by openai/)
    expect(said).not.toContain('canary')
  })

  it('names every bad setting at once, and fails', () => {
    const { status, said } = examine({ PORT: 'abc', MOTORHEAD_MAX_WINDOW_SIZE: '1' })
    expect(status).toBe(1)
    expect(said).toMatch(/✗.*PORT is "abc"/)
    expect(said).toMatch(/✗.*MOTORHEAD_MAX_WINDOW_SIZE/)
  })
})
