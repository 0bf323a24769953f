/**
 * What hostile text may cost. Beyond a limit the text is shown plain, never dropped. Together they keep the main thread
 * free: lexing, rendering and layout of one message within 200 ms (SECURITY.md, "render bombs").
 */
export const LIMITS = {
  /** Characters of a message; replies of language models stay far below. */
  text: 200_000,
  /** Characters of one paragraph, cell or heading: marked's emphasis rules are quadratic on hostile lines. */
  inline: 8_000,
  /** Levels of quotes and lists, or of emphasis and links. */
  depth: 16,
  /** Elements of one message: each costs rendering and layout. */
  nodes: 6_000,
  /** Milliseconds for lexing one message once. */
  lexing: 60,
  /** The same for a text of at most `short` characters, which no rule can be slow on: the first one of a page is slow. */
  lexingShort: 400,
  short: 4_000,
  /** Characters of a code block that is highlighted. */
  highlight: 30_000,
  /** Characters of one formula. */
  formula: 2_000,
} as const
