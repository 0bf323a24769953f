'use client'

import './globals.css'
import { Problem, WAY_ON } from '#components/ui/problem.tsx'

/** The last resort, when not even the frame could be made. */
export default function GlobalError({ reset }: { reset: () => void }) {
  return (
    <html lang="en">
      <body className="flex h-dvh flex-col bg-canvas font-sans text-ink">
        <Problem title="Something went wrong" message="The app could not be shown. Your chats are safe.">
          <button type="button" className={WAY_ON} onClick={reset}>
            Try again
          </button>
        </Problem>
      </body>
    </html>
  )
}
