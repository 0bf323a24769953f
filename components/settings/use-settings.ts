import { useState } from 'react'
import type { Settings } from '#lib/chat/types.ts'
import { changeSettings } from '#lib/client/library-api.ts'
import { sentenceOf } from '#lib/client/sentences.ts'

/** The settings as the person sees them: a change is shown at once, and taken back with a sentence when it is refused. */
export function useSettings(initial: Settings): {
  settings: Settings
  /** Answers whether it was kept. */
  change: (patch: Partial<Settings>) => Promise<boolean>
  problem: string | null
} {
  const [settings, setSettings] = useState(initial)
  const [problem, setProblem] = useState<string | null>(null)

  async function change(patch: Partial<Settings>): Promise<boolean> {
    const before = settings
    setSettings({ ...settings, ...patch })
    setProblem(null)
    try {
      setSettings(await changeSettings(patch))
      return true
    } catch (error) {
      setSettings(before)
      setProblem(`The change was not kept. ${sentenceOf(error)}`)
      return false
    }
  }

  return { settings, change, problem }
}
