import { LIMITS } from './limits.ts'

/** A formula in a text: `raw` is the source with its delimiters, `tex` what is between them. */
export type MathToken = { type: 'math'; raw: string; tex: string; display: boolean; open: boolean }

const PRICE = /^\d[\d.,]*(?:[\s\-–—,.;:/)]|[kKmMbB]\b|$)/
const LOOKS_LIKE_TEX = /[\\^_={}+*<>]/

/**
 * The formula that `src` starts with, if any: `$…$`, `$$…$$`, `\(…\)` or `\[…\]`. Prices are no formulas: an opening `$`
 * has no space after it, a closing `$` no space before it and no letter or digit after it (Pandoc's rule, and a little more).
 */
export function matchInlineMath(src: string): MathToken | undefined {
  const first = src[0]
  if (first === '\\' && (src[1] === '(' || src[1] === '[')) {
    return delimited(src, src.slice(0, 2), src[1] === '(' ? '\\)' : '\\]', src[1] === '[')
  }
  if (first !== '$') return undefined
  if (src[1] === '$') return delimited(src, '$$', '$$', true)
  return dollar(src)
}

/** A formula that has lines of its own. `open` accepts one that has no end yet, because it is still being written. */
export function matchBlockMath(src: string, open: boolean): MathToken | undefined {
  const start = /^ {0,3}(\$\$|\\\[)/.exec(src)
  if (!start?.[1]) return undefined
  const close = start[1] === '$$' ? '$$' : '\\]'
  const body = start[0].length
  const end = src.indexOf(close, body)
  if (end === -1) {
    if (!open || src.length > LIMITS.formula) return undefined
    return { type: 'math', raw: src, tex: src.slice(body).trim(), display: true, open: true }
  }
  const rest = /^[ \t]*(?:\n+|$)/.exec(src.slice(end + 2))
  const tex = src.slice(body, end).trim()
  if (!rest || !tex || tex.length > LIMITS.formula) return undefined
  return { type: 'math', raw: src.slice(0, end + 2 + rest[0].length), tex, display: true, open: false }
}

/** Where the next inline formula may begin, or -1. */
export function findInlineMath(src: string): number {
  return src.search(/\$|\\[([]/)
}

function dollar(src: string): MathToken | undefined {
  const limit = Math.min(src.length, LIMITS.formula)
  if (!src[1] || /[\s`]/.test(src[1])) return undefined
  for (let i = 1; i < limit; i++) {
    const char = src[i]
    if (char === '\n' || char === '`') return undefined
    if (char === '\\') {
      i++
      continue
    }
    if (char !== '$') continue
    const tex = src.slice(1, i)
    if (/\s$/.test(tex) || /[\p{L}\p{N}$]/u.test(src[i + 1] ?? '')) return undefined
    if (PRICE.test(tex) && /\s|[-–—,;:/)]$/.test(tex) && !LOOKS_LIKE_TEX.test(tex)) return undefined
    return { type: 'math', raw: src.slice(0, i + 1), tex, display: false, open: false }
  }
  return undefined
}

function delimited(src: string, open: string, close: string, display: boolean): MathToken | undefined {
  const end = src.indexOf(close, open.length)
  if (end === -1 || end > LIMITS.formula) return undefined
  const tex = src.slice(open.length, end).trim()
  if (!tex || tex.includes('\n\n')) return undefined
  return { type: 'math', raw: src.slice(0, end + close.length), tex, display, open: false }
}
