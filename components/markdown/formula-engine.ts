import katex from 'katex'

/** MathML for a formula. Throws when it is none that KaTeX knows. Imported on demand only. */
export function texToMathml(tex: string, display: boolean): string {
  return katex.renderToString(tex, {
    output: 'mathml',
    displayMode: display,
    throwOnError: true,
    strict: 'ignore',
    trust: false,
    maxExpand: 200,
    maxSize: 20,
  })
}
