import type { MarkedToken, Token, Tokens } from 'marked'
import { Fragment, memo } from 'react'
import { CodeBlock } from './code-block.tsx'
import { Formula } from './formula.tsx'
import { Inline, mathProps } from './inline.tsx'
import type { MathToken } from './math-syntax.ts'
import type { Block } from './parse.ts'
import { PlainText } from './plain-text.tsx'

/** One block of a message. Renders again only when the block itself is another. */
export const BlockView = memo(function BlockView({ block }: { block: Block }) {
  if (!block.tokens) return <PlainText text={block.raw} />
  return <Blocks tokens={block.tokens} open={block.open} />
})

/** `open`: the last of the tokens is still being written. */
function Blocks({ tokens, open }: { tokens: readonly Token[]; open: boolean }) {
  return tokens.map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no identity but their place
    <Fragment key={index}>
      <BlockToken token={token} open={open && index === tokens.length - 1} />
    </Fragment>
  ))
}

function BlockToken({ token: generic, open }: { token: Token; open: boolean }) {
  if (generic.type === 'math') return <Formula {...mathProps(generic as MathToken)} />
  const token = generic as MarkedToken
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'paragraph':
      return (
        <p dir="auto">
          <Inline tokens={token.tokens} />
        </p>
      )
    case 'text':
      return <Inline tokens={token.tokens ?? [token]} />
    case 'heading':
      return <Heading token={token} />
    case 'code':
      return <CodeBlock code={token.text} info={token.lang ?? ''} open={open} />
    case 'blockquote':
      return (
        <blockquote dir="auto">
          <Blocks tokens={token.tokens} open={open} />
        </blockquote>
      )
    case 'list':
      return <List token={token} open={open} />
    case 'table':
      return <Table token={token} />
    case 'hr':
      return <hr />
    case 'html':
      return <PlainText text={token.raw.trim()} />
    default:
      return <Inline tokens={[token]} />
  }
}

function Heading({ token }: { token: Tokens.Heading }) {
  const Tag = `h${Math.min(token.depth, 6)}` as 'h1' | 'h2' | 'h3' | 'h4' | 'h5' | 'h6'
  return (
    <Tag dir="auto">
      <Inline tokens={token.tokens} />
    </Tag>
  )
}

function List({ token, open }: { token: Tokens.List; open: boolean }) {
  const items = token.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: items have no identity but their place
    <li key={index} dir="auto" className={item.task ? 'md-task' : undefined}>
      <Item item={item} open={open && index === token.items.length - 1} />
    </li>
  ))
  if (!token.ordered) return <ul dir="auto">{items}</ul>
  return (
    <ol dir="auto" start={token.start === '' ? 1 : token.start}>
      {items}
    </ol>
  )
}

/** marked puts a task's box into the item, or into its first paragraph when the list is loose. */
function Item({ item, open }: { item: Tokens.ListItem; open: boolean }) {
  const content = item.tokens.filter((token) => token.type !== 'checkbox').map(withoutBox)
  return (
    <>
      {item.task && (
        <input
          type="checkbox"
          checked={item.checked ?? false}
          readOnly
          disabled
          aria-label={item.checked ? 'Done' : 'To do'}
        />
      )}
      <Blocks tokens={content} open={open} />
    </>
  )
}

function withoutBox(token: Token): Token {
  if (token.type !== 'paragraph' || token.tokens?.[0]?.type !== 'checkbox') return token
  return { ...token, tokens: token.tokens.slice(1) }
}

function Table({ token }: { token: Tokens.Table }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="md-table" aria-label="Table" tabIndex={0}>
      <table dir="auto">
        <thead>
          <Row cells={token.header} />
        </thead>
        <tbody>
          {token.rows.map((cells, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
            <Row key={index} cells={cells} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Row({ cells }: { cells: readonly Tokens.TableCell[] }) {
  return (
    <tr>
      {cells.map((cell, index) => {
        const Tag = cell.header ? 'th' : 'td'
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: cells have no identity but their place
          <Tag key={index} dir="auto" data-align={cell.align ?? undefined}>
            <Inline tokens={cell.tokens} />
          </Tag>
        )
      })}
    </tr>
  )
}
