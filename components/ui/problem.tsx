import type { ReactNode } from 'react'

/** A whole screen that says in plain words what is wrong, with the ways on as `children`. */
export function Problem({
  title,
  message,
  children,
}: {
  title: string
  message: string
  children?: ReactNode
}) {
  return (
    <main className="flex min-h-0 flex-1 flex-col items-center justify-center gap-3 p-8 text-center">
      <h1 className="font-semibold text-xl">{title}</h1>
      <p role="alert" className="max-w-md text-balance text-ink-muted leading-relaxed">
        {message}
      </p>
      <div className="mt-3 flex gap-2">{children}</div>
    </main>
  )
}

/** How a way on looks, link or button. */
export const WAY_ON =
  'inline-flex items-center rounded-full border border-line bg-raised px-4 py-2 font-medium text-sm transition-colors hover:bg-hover'
