import { createElement, type ReactNode, useEffect, useState } from 'react'
import { LIMITS } from './limits.ts'
import { mathLetters } from './math-alphabet.ts'

type Engine = typeof import('./formula-engine.ts')
type Props = { raw: string; tex: string; display: boolean; open: boolean }

const TAGS = new Set(
  (
    'math semantics mrow mi mn mo ms mtext mspace mstyle msub msup msubsup mfrac msqrt mroot munder mover munderover ' +
    'mtable mtr mtd mpadded mphantom menclose mmultiscripts mprescripts none'
  ).split(' '),
)
const ATTRIBUTES = new Set(
  (
    'display displaystyle scriptlevel stretchy fence separator form lspace rspace width height depth voffset minsize ' +
    'maxsize linethickness columnalign columnspacing rowspacing columnlines rowlines accent accentunder symmetric ' +
    'largeop movablelimits notation mathcolor mathbackground'
  ).split(' '),
)

let engine: Engine | null = null
let loading: Promise<Engine> | null = null

/** A formula as MathML; its source until the engine is there, and for good when it is not understood. */
export function Formula({ raw, tex, display, open }: Props) {
  const ready = useEngine(!open)
  const math = ready && !open ? formulaOf(ready, tex, display) : null
  if (math) return display ? <span className="md-math-block">{math}</span> : math
  return (
    <span className={display ? 'md-math-source md-math-block' : 'md-math-source'} dir="ltr">
      {raw.trim()}
    </span>
  )
}

function useEngine(wanted: boolean): Engine | null {
  const [ready, setReady] = useState(engine)
  useEffect(() => {
    if (!wanted || ready) return
    let here = true
    load().then(
      (loaded) => here && setReady(loaded),
      () => undefined, // Offline: the source stays.
    )
    return () => {
      here = false
    }
  }, [wanted, ready])
  return ready
}

async function load(): Promise<Engine> {
  loading ??= import('./formula-engine.ts')
  try {
    engine = await loading
    return engine
  } catch (error) {
    loading = null
    throw error
  }
}

function formulaOf({ texToMathml }: Engine, tex: string, display: boolean): ReactNode {
  if (tex.length > LIMITS.formula) return null
  try {
    const page = new DOMParser().parseFromString(texToMathml(tex, display), 'text/html')
    const math = page.querySelector('math')
    return math && toReact(math, 0)
  } catch {
    return null
  }
}

/** Only known MathML elements and attributes get through, whatever the engine answers. */
function toReact(element: Element, key: number): ReactNode {
  const tag = element.localName
  if (tag === 'semantics') {
    const content = element.firstElementChild
    return content && toReact(content, key)
  }
  if (!TAGS.has(tag)) return null
  const props: Record<string, string | number> = { key }
  for (const { name, value } of element.attributes) if (ATTRIBUTES.has(name)) props[name] = value
  const variant = element.getAttribute('mathvariant')
  if (variant === 'normal') props.mathvariant = variant
  return createElement(
    tag,
    props,
    ...[...element.childNodes].map((node, index) => childOf(node, index, variant)),
  )
}

function childOf(node: ChildNode, index: number, variant: string | null): ReactNode {
  if (node instanceof Element) return toReact(node, index)
  const text = node.textContent ?? ''
  return variant ? mathLetters(text, variant) : text
}
