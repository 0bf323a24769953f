/** So much of a text decides which way it runs. */
const LOOKED_AT = 200

const STRONG = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]|\p{L}/u
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u

/** As `dir="auto"`, by the first letter; that attribute on a text field takes seconds for 20,000 pasted lines. */
export function directionOf(text: string): 'ltr' | 'rtl' {
  const first = STRONG.exec(text.slice(0, LOOKED_AT))?.[0]
  return first && RIGHT_TO_LEFT.test(first) ? 'rtl' : 'ltr'
}
