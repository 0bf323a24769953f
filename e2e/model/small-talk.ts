const THINGS =
  'apples rivers winter tables clouds music paper stones bread ships lamps forests coffee bridges snow gardens clocks soup trains shoes islands windows honey chairs deserts rain kites salt towers wool'

/** Thirty requests that have nothing to do with who asks; a very small model answers each with something else. */
export const SMALL_TALK: readonly string[] = THINGS.split(' ').map(
  (thing) => `Tell me one short sentence about ${thing}.`,
)
