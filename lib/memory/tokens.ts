/**
 * Estimated tokens of a text, without any model's tokenizer: about 4 characters of Latin script a token, one a
 * character for scripts that tokenizers do not merge (CJK, Kana, Hangul). Errs on the high side, as a budget should.
 */
export function estimateTokens(text: string): number {
  const wide = text.match(/[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/g)?.length ?? 0
  return Math.ceil((text.length - wide) / 3.8) + wide
}
