'use client'

import Link from 'next/link'
import { type ReactNode, useEffect, useState } from 'react'
import { dollarsOf, USAGE_KINDS } from '#components/memory/memory-words.ts'
import type { UsageView } from '#lib/chat/types.ts'
import { getUsage } from '#lib/client/library-api.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import { Section } from './section.tsx'

/** Less is not worth reading. */
const CENT = 0.01

/** What the person's chats have taken of the models, in tokens and money, and what is left of the day. */
export function Usage() {
  const [usage, setUsage] = useState<UsageView | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    getUsage().then(setUsage, (error: unknown) => setProblem(sentenceOf(error)))
  }, [])

  return (
    <Section
      title="Usage"
      about="What your chats have taken of the models: replies, and the work behind them that keeps the memory."
    >
      {problem && (
        <p role="alert" className="text-danger text-sm">
          {problem}
        </p>
      )}
      {/* Its place is kept, lest what is below jumps. */}
      <div className="min-h-48 space-y-5">{usage && <Numbers usage={usage} />}</div>
    </Section>
  )
}

function Numbers({ usage: { kinds, sessions, day } }: { usage: UsageView }) {
  return (
    <>
      {kinds.length === 0 ? (
        <p className="rounded-xl bg-surface px-4 py-3 text-ink-muted text-sm">
          Nothing yet. The tokens of your chats are counted here from the first reply on.
        </p>
      ) : (
        <Kinds kinds={kinds} />
      )}
      <Day day={day} />
      {sessions.length > 0 && (
        <div>
          <h3 className="mb-1.5 font-medium text-sm">Chats that took most</h3>
          <ul
            aria-label="Chats that took most"
            className="divide-y divide-line rounded-xl border border-line"
          >
            {sessions.map(({ sessionId, title, replies, background }) => (
              <li key={sessionId} className="flex items-baseline gap-4 px-4 py-2 text-sm">
                <Link
                  href={`/s/${sessionId}`}
                  className="min-w-0 grow truncate underline-offset-4 hover:underline"
                >
                  {title}
                </Link>
                <span className="shrink-0 text-ink-muted text-xs tabular-nums">
                  {short(replies)} + {short(background)}
                </span>
              </li>
            ))}
          </ul>
          <p className="mt-1.5 text-ink-faint text-xs">Tokens of replies + of the work behind them.</p>
        </div>
      )}
    </>
  )
}

function Kinds({ kinds }: { kinds: UsageView['kinds'] }) {
  const hasCost = kinds.some(({ cost }) => cost !== null)
  return (
    <div className="overflow-x-auto rounded-xl border border-line">
      <table className="w-full text-sm tabular-nums">
        <thead className="text-left text-ink-muted text-xs">
          <tr>
            <Head>What for</Head>
            <Head end>Calls</Head>
            <Head end>Tokens in</Head>
            <Head end>Tokens out</Head>
            {hasCost && <Head end>Cost</Head>}
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-line border-t">
          {kinds.map(({ kind, calls, inputTokens, outputTokens, cost }) => (
            <tr key={kind}>
              <th scope="row" className="px-2.5 py-2 sm:px-4 text-left font-normal">
                {USAGE_KINDS[kind]}
              </th>
              <Cell>{calls.toLocaleString('en')}</Cell>
              <Cell>{inputTokens.toLocaleString('en')}</Cell>
              <Cell>{outputTokens.toLocaleString('en')}</Cell>
              {hasCost && <Cell>{priced(cost)}</Cell>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const priced = (cost: number | null) =>
  cost === null ? '–' : cost < CENT ? `<${dollarsOf(CENT)}` : dollarsOf(cost)

const Head = ({ end = false, children }: { end?: boolean; children: ReactNode }) => (
  <th scope="col" className={`px-2.5 py-2 sm:px-4 font-normal ${end ? 'text-right' : ''}`}>
    {children}
  </th>
)

const Cell = ({ children }: { children: ReactNode }) => (
  <td className="px-2.5 py-2 sm:px-4 text-right text-ink-muted">{children}</td>
)

function Day({ day }: { day: UsageView['day'] }) {
  const until = new Date(day.endsAt).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit' })
  return (
    <div>
      <h3 className="mb-1.5 font-medium text-sm">Today, all of this server</h3>
      <Meter name="In all" used={day.used} limit={day.limit} />
      <Meter name="Work behind replies" used={day.background} limit={day.backgroundLimit} />
      <Meter name="Of it yours" used={day.own} limit={day.ownLimit} />
      <p className="mt-2 max-w-[36rem] text-pretty text-ink-faint text-xs leading-relaxed">
        When the first is used up, no new reply begins; when one of the others is, summaries are made without
        a model. Nothing is lost, and all begin anew at {until}.
      </p>
    </div>
  )
}

function Meter({ name, used, limit }: { name: string; used: number; limit: number }) {
  const share = limit === 0 ? 1 : Math.min(1, used / limit)
  return (
    <div className="grid grid-cols-[8.5rem_1fr] items-center gap-x-4 py-0.5 text-sm sm:grid-cols-[9.5rem_1fr_9rem]">
      <span>{name}</span>
      <progress aria-label={name} max={1} value={share} className="progress max-w-none" />
      <span className="text-ink-muted text-xs tabular-nums max-sm:col-start-2 sm:text-right">
        {short(used)} of {short(limit)} tokens
      </span>
    </div>
  )
}

const short = (n: number) => n.toLocaleString('en', { notation: 'compact', maximumFractionDigits: 1 })
