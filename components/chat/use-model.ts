import { useEffect, useState } from 'react'
import type { ModelStatus } from '#lib/chat/types.ts'
import { getModel } from '#lib/client/api.ts'

/** The server remembers for 5 s that it found none. */
const LOOK_AGAIN_MS = 6000

/** Which model answers. While there is none, it is looked for again whenever the person comes back or `moment` changes. */
export function useModel(initial: ModelStatus, moment: unknown): ModelStatus {
  const [model, setModel] = useState(initial)
  const { connected } = model
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new moment is the reason to look again
  useEffect(() => {
    if (connected) return
    let wanted = true
    const look = () =>
      void getModel().then(
        (found) => wanted && setModel(found),
        // What is known stays true enough: the next reply says what is wrong.
        () => undefined,
      )
    const later = setTimeout(look, LOOK_AGAIN_MS)
    window.addEventListener('focus', look)
    return () => {
      wanted = false
      clearTimeout(later)
      window.removeEventListener('focus', look)
    }
  }, [connected, moment])
  return model
}
