'use client'

import { Problem, WAY_ON } from '#components/ui/problem.tsx'

/** What went wrong is in the server's log; here it would help nobody. */
export default function PageError({ reset }: { reset: () => void }) {
  return (
    <Problem title="Something went wrong" message="This page could not be shown. Your chats are safe.">
      <button type="button" className={WAY_ON} onClick={reset}>
        Try again
      </button>
    </Problem>
  )
}
