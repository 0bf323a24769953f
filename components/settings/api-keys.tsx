'use client'

import { useEffect, useState } from 'react'
import type { ApiKeyItem, ApiKeyMade } from '#lib/chat/types.ts'
import { createKey, listKeys, revokeKey } from '#lib/client/library-api.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import { CopyLine } from './copy-line.tsx'
import { BUTTON, FIELD, Section } from './section.tsx'

/** Keys for the person's programs: made, shown once, listed with their last use, and revoked. */
export function ApiKeys() {
  const [keys, setKeys] = useState<ApiKeyItem[] | null>(null)
  const [made, setMade] = useState<ApiKeyMade | null>(null)
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<string | null>(null)

  const attempt = async (work: () => Promise<void>) => {
    setProblem(null)
    await work().catch((error: unknown) => setProblem(sentenceOf(error)))
  }
  const load = async () => setKeys((await listKeys()).keys)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page comes up
  useEffect(() => void attempt(load), [])

  const create = () =>
    attempt(async () => {
      setMade(await createKey(name.trim()))
      setName('')
      await load()
    })
  const revoke = (id: string) =>
    attempt(async () => {
      await revokeKey(id)
      if (made?.key.id === id) setMade(null)
      await load()
    })

  return (
    <Section
      title="API keys"
      about="For your own programs: any client of Motörhead, such as LangChain, can keep its memory here. What it writes shows up among your chats."
    >
      <form
        className="flex flex-wrap gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') void create()
        }}
      >
        <input
          aria-label="Name of the key"
          placeholder="What it is for"
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
          className={`${FIELD} max-w-64`}
        />
        <button type="submit" disabled={name.trim() === ''} className={BUTTON}>
          Create key
        </button>
      </form>
      {problem && (
        <p role="alert" className="text-danger text-sm">
          {problem}
        </p>
      )}
      {made && <NewKey made={made} />}
      {keys && keys.length > 0 && (
        <ul aria-label="API keys" className="divide-y divide-line rounded-xl border border-line">
          {keys.map((key) => (
            <li key={key.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm">
              <span className="min-w-0 grow">
                <span className="block truncate font-medium">{key.name}</span>
                <span className="text-ink-muted">
                  <code className="font-mono text-xs">…{key.hint}</code> · {lastUse(key)}
                </span>
              </span>
              <button
                type="button"
                onClick={() => void revoke(key.id)}
                className="rounded font-medium text-danger underline-offset-4 hover:underline pointer-coarse:py-2"
              >
                Revoke<span className="sr-only"> {key.name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function NewKey({ made: { key, secret } }: { made: ApiKeyMade }) {
  const { origin } = window.location
  return (
    <div role="status" className="space-y-3 rounded-xl bg-notice-surface px-4 py-3 text-sm">
      <p>
        This is the key “{key.name}”. Copy it now: it is{' '}
        <strong className="font-medium">shown this once</strong> and kept nowhere.
      </p>
      <CopyLine label="Key" text={secret} />
      <CopyLine
        label="LangChain for JavaScript"
        text={`new MotorheadMemory({ sessionId: 'my-session', url: '${origin}/k/${secret}' })`}
      />
      <CopyLine
        label="LangChain for Python"
        text={`MotorheadMemory(session_id="my-session", url="${origin}/k/${secret}")`}
      />
    </div>
  )
}

const lastUse = ({ lastUsedAt }: ApiKeyItem) =>
  lastUsedAt === null
    ? 'never used'
    : `last used ${new Date(lastUsedAt).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })}`
