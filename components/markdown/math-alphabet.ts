/** Where the letters A–Z, a–z and the digits of an alphabet begin in Unicode's mathematical alphanumerics. */
const ALPHABETS: Readonly<Record<string, readonly [upper: number, lower: number, digits: number]>> = {
  bold: [0x1d400, 0x1d41a, 0x1d7ce],
  italic: [0x1d434, 0x1d44e, 0x30],
  'bold-italic': [0x1d468, 0x1d482, 0x30],
  script: [0x1d49c, 0x1d4b6, 0x30],
  fraktur: [0x1d504, 0x1d51e, 0x30],
  'double-struck': [0x1d538, 0x1d552, 0x1d7d8],
  'sans-serif': [0x1d5a0, 0x1d5ba, 0x1d7e2],
  monospace: [0x1d670, 0x1d68a, 0x1d7f6],
}

/** Letters that Unicode had before it had the alphabets. */
const EXCEPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  italic: { h: 'ℎ' },
  script: { B: 'ℬ', E: 'ℰ', F: 'ℱ', H: 'ℋ', I: 'ℐ', L: 'ℒ', M: 'ℳ', R: 'ℛ', e: 'ℯ', g: 'ℊ', o: 'ℴ' },
  fraktur: { C: 'ℭ', H: 'ℌ', I: 'ℑ', R: 'ℜ', Z: 'ℨ' },
  'double-struck': { C: 'ℂ', H: 'ℍ', N: 'ℕ', P: 'ℙ', Q: 'ℚ', R: 'ℝ', Z: 'ℤ' },
}

/** `R` in `double-struck` is `ℝ`. Browsers leave this to the page: MathML Core has no `mathvariant` but `normal`. */
export function mathLetters(text: string, variant: string): string {
  const alphabet = ALPHABETS[variant]
  if (!alphabet) return text
  return text.replace(/[A-Za-z0-9]/g, (char) => EXCEPTIONS[variant]?.[char] ?? shifted(char, alphabet))
}

function shifted(char: string, [upper, lower, digits]: readonly [number, number, number]): string {
  const code = char.charCodeAt(0)
  if (code >= 97) return String.fromCodePoint(lower + code - 97)
  if (code >= 65) return String.fromCodePoint(upper + code - 65)
  return String.fromCodePoint(digits + code - 48)
}
