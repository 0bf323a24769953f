import { LIMITS } from './limits.ts'

/** A piece of highlighted code: its text and the classes that colour it (none: plain). */
export type CodeSpan = { text: string; classes: string }

type Engine = typeof import('./highlight-engine.ts')
type HastNode = { type: string; value?: string; properties?: { className?: unknown }; children?: HastNode[] }

const REMEMBERED = 60
const memory = new Map<string, readonly CodeSpan[]>()
let loading: Promise<Engine> | null = null

/** The coloured spans of `code`, or `null` when the language is not known or the code is too long. Loads on first use. */
export async function highlight(code: string, language: string): Promise<readonly CodeSpan[] | null> {
  if (!language || code.length > LIMITS.highlight) return null
  loading ??= import('./highlight-engine.ts')
  try {
    const { lowlight } = await loading
    if (!lowlight.registered(language)) return null
    const spans = flatten(lowlight.highlight(language, code))
    remember(code, language, spans)
    return spans
  } catch {
    loading = null
    return null
  }
}

/** What an earlier call found, at once: so code that is shown again never shows plain first. */
export function highlighted(code: string, language: string): readonly CodeSpan[] | null {
  return memory.get(keyOf(code, language)) ?? null
}

/** The text pieces of a syntax tree, each with the classes of the elements around it. */
function flatten(node: HastNode, classes = ''): CodeSpan[] {
  if (node.type === 'text') return node.value ? [{ text: node.value, classes }] : []
  const own = node.properties?.className
  const all = Array.isArray(own) ? `${classes} ${own.join(' ')}`.trim() : classes
  return (node.children ?? []).flatMap((child) => flatten(child, all))
}

function remember(code: string, language: string, spans: readonly CodeSpan[]): void {
  memory.set(keyOf(code, language), spans)
  if (memory.size <= REMEMBERED) return
  const oldest = memory.keys().next().value
  if (oldest !== undefined) memory.delete(oldest)
}

function keyOf(code: string, language: string): string {
  return `${language}\n${code}`
}
