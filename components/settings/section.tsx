import { type ReactNode, useId } from 'react'

/** One subject of the settings: its name, a sentence on it, and what can be changed. */
export function Section({
  title,
  about,
  children,
}: {
  title: string
  about?: ReactNode
  children: ReactNode
}) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="border-line border-t py-6 first-of-type:border-t-0">
      <h2 id={id} className="font-medium">
        {title}
      </h2>
      {about && (
        <p className="mt-1 max-w-[36rem] text-pretty text-ink-muted text-sm leading-relaxed">{about}</p>
      )}
      <div className="mt-3 space-y-3">{children}</div>
    </section>
  )
}

/** How a button of the settings looks. */
export const BUTTON =
  'inline-flex min-h-9 items-center gap-2 rounded-full border border-line bg-raised px-4 font-medium text-sm transition-colors hover:bg-hover disabled:pointer-events-none disabled:opacity-50 pointer-coarse:min-h-11'

/** And how a field does. 16 px, or a phone zooms in on it. */
export const FIELD =
  'w-full rounded-xl border border-line bg-raised px-3.5 py-2 text-base outline-none transition-colors placeholder:text-ink-faint focus-visible:border-ink-faint md:text-sm'
