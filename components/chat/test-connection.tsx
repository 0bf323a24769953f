'use client'

import { useState } from 'react'
import type { ModelTest } from '#lib/chat/types.ts'
import { sentenceOf } from '#lib/client/sentences.ts'

/** One tiny call to the model, and in plain words what came of it. */
export function TestConnection() {
  const [result, setResult] = useState<ModelTest | 'testing' | null>(null)

  async function test(): Promise<void> {
    setResult('testing')
    try {
      const { testModel } = await import('#lib/client/library-api.ts')
      setResult(await testModel())
    } catch (error) {
      setResult({ ok: false, problem: sentenceOf(error) })
    }
  }

  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm">
      <button
        type="button"
        disabled={result === 'testing'}
        onClick={() => void test()}
        className="inline-flex min-h-9 items-center rounded-full border border-line bg-raised px-4 font-medium text-ink text-sm transition-colors hover:bg-hover disabled:opacity-60 pointer-coarse:min-h-11"
      >
        Test connection
      </button>
      {result !== null && result !== 'testing' && !result.ok ? (
        <p role="alert" className="min-w-48 flex-1 text-pretty text-danger">
          {result.problem}
        </p>
      ) : (
        <p role="status" className="text-ink-muted empty:hidden">
          {result === 'testing' && 'Asking the model…'}
          {result !== null &&
            result !== 'testing' &&
            result.ok &&
            `${result.label} answered in ${seconds(result.ms)}.`}
        </p>
      )}
    </div>
  )
}

const seconds = (ms: number) => (ms < 950 ? `${Math.max(ms, 1)} ms` : `${(ms / 1000).toFixed(1)} s`)
