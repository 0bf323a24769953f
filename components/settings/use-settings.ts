import { useEffect, useRef, useState } from 'react'
import type { Settings } from '#lib/chat/types.ts'
import { changeSettings, getSettings } from '#lib/client/library-api.ts'
import { browserPage } from '#lib/client/page-signals.ts'
import { sentenceOf } from '#lib/client/sentences.ts'

/**
 * The settings as the person sees them: a change is shown at once, and taken back with a sentence when it is refused. They
 * are read again when the page comes up and when somebody comes back to it: Back shows `initial` as it was at the first
 * visit, and another tab may have changed them since.
 */
export function useSettings(initial: Settings): {
  settings: Settings
  /** Answers whether it was kept. */
  change: (patch: Partial<Settings>) => Promise<boolean>
  problem: string | null
} {
  const [settings, setSettings] = useState(initial)
  const [problem, setProblem] = useState<string | null>(null)
  const asked = useRef(0)
  const changing = useRef(0)

  useEffect(() => {
    const refresh = () => {
      // The answer to the change tells the same.
      if (changing.current > 0) return
      const mine = ++asked.current
      // An answer that was overtaken is old; and what is shown stays where none comes.
      getSettings().then(
        (found) => mine === asked.current && setSettings(found),
        () => undefined,
      )
    }
    refresh()
    return browserPage.onReturn(refresh)
  }, [])

  async function change(patch: Partial<Settings>): Promise<boolean> {
    const before = settings
    asked.current++
    changing.current++
    setSettings({ ...settings, ...patch })
    setProblem(null)
    try {
      setSettings(await changeSettings(patch))
      return true
    } catch (error) {
      setSettings(before)
      setProblem(`The change was not kept. ${sentenceOf(error)}`)
      return false
    } finally {
      changing.current--
    }
  }

  return { settings, change, problem }
}
