import type { MarkedToken, Token } from 'marked'
import { Fragment, type ReactNode } from 'react'
import { decodeEntities } from './entities.ts'
import { Formula } from './formula.tsx'
import type { MathToken } from './math-syntax.ts'
import { safeLink, showsHost } from './safe-link.ts'

/** The inline tokens of a paragraph, cell or heading. HTML is shown as the text it is, images as links. */
export function Inline({ tokens }: { tokens: readonly Token[] | undefined }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no identity but their place
  return tokens?.map((token, index) => <Fragment key={index}>{inline(token)}</Fragment>)
}

function inline(generic: Token): ReactNode {
  if (generic.type === 'math') return <Formula {...mathProps(generic as MathToken)} />
  const token = generic as MarkedToken
  switch (token.type) {
    case 'strong':
      return (
        <strong>
          <Inline tokens={token.tokens} />
        </strong>
      )
    case 'em':
      return (
        <em>
          <Inline tokens={token.tokens} />
        </em>
      )
    case 'del':
      return (
        <del>
          <Inline tokens={token.tokens} />
        </del>
      )
    case 'codespan':
      return <code dir="ltr">{token.text}</code>
    case 'br':
      return <br />
    case 'escape':
      return token.text
    case 'link': {
      const text = token.autolink ? token.text : <Inline tokens={token.tokens} />
      const href = token.autolink ? token.href : decodeEntities(token.href)
      return (
        <ExternalLink href={href} text={token.text}>
          {text}
        </ExternalLink>
      )
    }
    case 'image':
      return (
        <ExternalLink href={decodeEntities(token.href)} text={token.text}>
          {decodeEntities(token.text) || 'Image'}
        </ExternalLink>
      )
    case 'html':
      return /^<br\s*\/?>$/i.test(token.raw) ? <br /> : token.raw
    case 'text':
      return token.tokens ? <Inline tokens={token.tokens} /> : decodeEntities(token.text)
    default:
      return token.raw
  }
}

/** What the formula component needs of a token. */
export function mathProps({ raw, tex, display, open }: MathToken) {
  return { raw, tex, display, open }
}

function ExternalLink({ href, text, children }: { href: string; text: string; children: ReactNode }) {
  const link = safeLink(href)
  if (!link) return children
  return (
    <a href={link.href} title={link.title} target="_blank" rel="noopener noreferrer nofollow">
      {children}
      {!showsHost(text, link.host) && <span className="md-host"> ({link.host})</span>}
    </a>
  )
}
