import { Lexer, type MarkedOptions, type Token, Tokenizer, type TokensList } from 'marked'
import { LIMITS } from './limits.ts'
import { findInlineMath, matchBlockMath, matchInlineMath } from './math-syntax.ts'

/** Where reference definitions (`[1]: https://…`) point. */
export type Links = TokensList['links']

/** The clock that lexing is measured with, and the moment at which it gives up. */
export type Deadline = { now: () => number; at: number }

/** Thrown when lexing took too long; the text is to be shown plain. */
export class TooSlow extends Error {
  override name = 'TooSlow'
}

/**
 * The blocks of a text, their inline text not looked at yet. `open` says that the text is still being written.
 * Throws `TooSlow`.
 */
export function lexBlocks(text: string, open: boolean, deadline: Deadline): TokensList {
  const lexer = createLexer(text, open, deadline)
  lexer.blockTokens(text, lexer.tokens)
  return lexer.tokens
}

/** The tokens of one block, down to the text. Throws `TooSlow`. */
export function lexBlock(raw: string, links: Links, open: boolean, deadline: Deadline): Token[] {
  const lexer = createLexer(raw, open, deadline)
  Object.assign(lexer.tokens.links, links)
  return [...lexer.lex(raw)]
}

class GuardedLexer extends Lexer {
  #depth = 0

  override blockTokens(src: string, tokens?: Token[], clipped?: boolean): Token[]
  override blockTokens(src: string, tokens?: TokensList, clipped?: boolean): TokensList
  override blockTokens(src: string, tokens: Token[] = [], clipped = false): Token[] {
    if (this.#depth >= LIMITS.depth) return plain(src, tokens)
    this.#depth++
    try {
      return super.blockTokens(src, tokens, clipped)
    } finally {
      this.#depth--
    }
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (src.length > LIMITS.inline || this.#depth >= LIMITS.depth) return plain(src, tokens)
    this.#depth++
    try {
      return super.inlineTokens(src, tokens)
    } finally {
      this.#depth--
    }
  }
}

function plain(src: string, tokens: Token[]): Token[] {
  tokens.push({ type: 'text', raw: src, text: src })
  return tokens
}

function createLexer(text: string, open: boolean, deadline: Deadline): GuardedLexer {
  const check = (): undefined => {
    if (deadline.now() > deadline.at) throw new TooSlow()
  }
  const math = /\$|\\[([]/.test(text)
  const blockMath = /(?:\$\$|\\\[)/.test(text)
  const options: MarkedOptions = {
    gfm: true,
    // A tokenizer remembers its lexer, so they cannot share one.
    tokenizer: new Tokenizer(),
    extensions: {
      renderers: {},
      childTokens: {},
      block: [check, ...(blockMath ? [(src: string) => matchBlockMath(src, open)] : [])],
      inline: [check, ...(math ? [matchInlineMath] : [])],
      ...(blockMath ? { startBlock: [(src: string) => src.search(/\n {0,3}(?:\$\$|\\\[)/) + 1 || -1] } : {}),
      ...(math ? { startInline: [findInlineMath] } : {}),
    },
  }
  return new GuardedLexer(options)
}
