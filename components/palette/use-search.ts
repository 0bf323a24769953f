import { useEffect, useState } from 'react'
import type { SearchResults } from '#lib/chat/types.ts'
import { ApiFailure } from '#lib/client/api.ts'
import { searchSessions } from '#lib/client/library-api.ts'

/** A word is typed faster than this; the search waits for its end. */
const PAUSE_MS = 120

type Search = { results: SearchResults['sessions']; pending: boolean; problem: string | null }

const NOTHING: Search = { results: [], pending: false, problem: null }

/** What was said that holds the words of `text`. What was found before stays on the screen until the next is found. */
export function useSearch(text: string): Search {
  const [search, setSearch] = useState(NOTHING)
  const asked = text.trim()
  useEffect(() => {
    if (asked === '') return setSearch(NOTHING)
    const leaving = new AbortController()
    setSearch((before) => ({ ...before, pending: true }))
    const timer = setTimeout(async () => {
      try {
        const { sessions } = await searchSessions(asked, leaving.signal)
        if (!leaving.signal.aborted) setSearch({ results: sessions, pending: false, problem: null })
      } catch (error) {
        if (leaving.signal.aborted) return
        const problem = error instanceof ApiFailure ? error.message : 'The search failed. Try again.'
        setSearch({ results: [], pending: false, problem })
      }
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [asked])
  return search
}
