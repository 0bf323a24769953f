type Way = { label: string; onClick: () => void }

/** A short notice at the edge of the page, with a way on; what shows it is loaded when there is something to say. */
export async function notify(text: string, options: { ms?: number; action?: Way } = {}): Promise<void> {
  const { toast } = await import('sonner')
  const { ms, action } = options
  toast(text, { ...(ms !== undefined && { duration: ms }), ...(action && { action }) })
}

/** Something that the person asked for has failed. */
export async function notifyProblem(text: string): Promise<void> {
  const { toast } = await import('sonner')
  toast.error(text)
}
