import type { PromptPart } from '#lib/chat/memory-types.ts'

/** What each kind of part is called, and its colour: the same in the totals and in the text. */
export const PART_KINDS: Record<PromptPart['kind'], { name: string; mark: string }> = {
  instructions: { name: 'Instructions', mark: 'bg-part-1' },
  summary: { name: 'Summary', mark: 'bg-part-2' },
  retrieved: { name: 'Found again', mark: 'bg-part-3' },
  window: { name: 'Word for word', mark: 'bg-part-4' },
  question: { name: 'Your message', mark: 'bg-part-5' },
  frame: { name: 'Fence around the notes', mark: 'bg-line' },
  forgotten: { name: 'Forgotten since', mark: 'bg-danger' },
}
