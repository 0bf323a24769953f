type Way = { label: string; onClick: () => void }
type Options = { ms?: number; action?: Way }

/** Without it there is no place to say anything, and nothing more to be done about that. */
const loadToast = () =>
  import('sonner').then(
    ({ toast }) => toast,
    () => null,
  )

/** A short notice at the edge of the page, with a way on; what shows it is loaded when there is something to say. */
export async function notify(text: string, options: Options = {}): Promise<void> {
  const toast = await loadToast()
  toast?.(text, shownAs(options))
}

/** Something that the person asked for has failed. */
export async function notifyProblem(text: string, options: Options = {}): Promise<void> {
  const toast = await loadToast()
  toast?.error(text, shownAs(options))
}

/** For a window over the page: a notice lies above it, so that a tap on its button is no tap beside the window. */
export function staysForNotices(event: Event): void {
  if (event.target instanceof Element && event.target.closest('[data-sonner-toaster]')) event.preventDefault()
}

const shownAs = ({ ms, action }: Options) => ({
  ...(ms !== undefined && { duration: ms }),
  ...(action && { action }),
})
