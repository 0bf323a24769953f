import { useEffect, useRef, useState } from 'react'

/** A pointer that only passes by asks for nothing. */
const PAUSE_MS = 60

/** Whether somebody is about to open a link: by then its page can be on its way. */
export function useApproach(): { isNear: boolean; approach: () => void; leave: () => void } {
  const [isNear, setNear] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return {
    isNear,
    approach() {
      clearTimeout(timer.current)
      timer.current = setTimeout(() => setNear(true), PAUSE_MS)
    },
    leave() {
      clearTimeout(timer.current)
      setNear(false)
    },
  }
}
