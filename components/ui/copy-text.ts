import { notifyProblem } from './notify.ts'

/** Copies `text`; answers whether it could, and says so when it could not. */
export async function copyText(text: string): Promise<boolean> {
  const copied = (await copyToClipboard(text)) || copySelected(text)
  if (!copied) void notifyProblem('Could not be copied. Select the text, and copy it by hand.')
  return copied
}

/** Its interface exists only over HTTPS and on this machine: a chat opened over plain HTTP from another one needs the older way. */
async function copyToClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

function copySelected(text: string): boolean {
  const focused = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.style.position = 'fixed'
  field.style.opacity = '0'
  // A dialog takes the focus, and with it what is selected, back from whatever is not in it.
  const place = focused?.closest('[role=dialog]') ?? document.body
  place.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return copied
}
