import { useEffect, useState } from 'react'
import { onPageEvent } from '#lib/client/page-events.ts'

/** How often a message was forgotten since: what was loaded of the memory may have had its words. */
export function useForgotten(): number {
  const [times, setTimes] = useState(0)
  useEffect(() => onPageEvent('forgotten', () => setTimes((before) => before + 1)), [])
  return times
}
