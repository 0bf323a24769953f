'use client'

import { Problem, WAY_ON } from '#components/ui/problem.tsx'

/** The screen when the database cannot be read: what is wrong, in the words of the one who knows. */
export function StorageProblem({ message }: { message: string }) {
  return (
    <Problem title="The memory cannot be read" message={message}>
      <button type="button" className={WAY_ON} onClick={() => window.location.reload()}>
        Try again
      </button>
    </Problem>
  )
}
