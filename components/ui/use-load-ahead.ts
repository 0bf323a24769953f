import { type RefObject, useEffect, useRef } from 'react'

type LoadAhead = {
  /** Stands where more would come in. */
  mark: RefObject<HTMLElement | null>
  /** What scrolls it. */
  box: RefObject<HTMLElement | null>
  aheadPx: number
  /** Names the end of what is there: changed when more has come. */
  end: unknown
  load: () => void
}

/**
 * Calls `load` when the mark comes within `aheadPx` of what its box shows, and again when more has come and it still is.
 * After a load that has brought nothing the mark must go away and come back first: a server that fails would be asked
 * without end.
 */
export function useLoadAhead({ mark, box, aheadPx, end, load }: LoadAhead): void {
  const latest = useRef(load)
  useEffect(() => {
    latest.current = load
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new end is the reason to look again
  useEffect(() => {
    if (!mark.current) return
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && latest.current(),
      // Of the page the margin would be nothing: the box cuts off what lies outside of it.
      { root: box.current, rootMargin: `${aheadPx}px 0px` },
    )
    observer.observe(mark.current)
    return () => observer.disconnect()
  }, [mark, box, aheadPx, end])
}
