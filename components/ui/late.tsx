'use client'

import { type ComponentType, useEffect, useState } from 'react'
import { notifyProblem } from './notify.ts'

type Late = {
  /** It could not be loaded, which was said: takes back what was asked for, so that it can be asked for anew. */
  onMissing?: () => void
}

/**
 * A component whose code is loaded when it is first shown; until then it is nothing. `React.lazy` would keep a failure for
 * good, and put an error in the place of the whole page. Without `onMissing` nobody has asked for it: nothing is said, and it is
 * tried again when the person comes back to the page.
 */
export function late<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props & Late> {
  let loaded: ComponentType<Props> | null = null

  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, at the top of a module, as `lazy` is
  return function LatePart(props: Props & Late) {
    const [Part, setPart] = useState(() => loaded)
    const { onMissing } = props
    useEffect(() => {
      if (Part) return
      let wanted = true
      const arrive = (part: ComponentType<Props>) => {
        loaded = part
        if (wanted) setPart(() => part)
      }
      const ask = () => void load().then(arrive, fail)
      function fail(): void {
        if (!wanted) return
        if (onMissing) {
          sayMissing()
          onMissing()
        } else window.addEventListener('focus', ask, { once: true })
      }
      ask()
      return () => {
        wanted = false
        window.removeEventListener('focus', ask)
      }
    }, [Part, onMissing])
    return Part && <Part {...props} />
  }
}

/** Loads what is likely to be asked for; if it cannot be had, that is said when it is. */
export function loadAhead(load: () => Promise<unknown>): void {
  load().catch(() => undefined)
}

/** Says that what was asked for could not be loaded: offline, or a server with a newer build has the old code no more. */
export function sayMissing(): void {
  void notifyProblem('This could not be loaded. Try again, or reload the page.')
}
