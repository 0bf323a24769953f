'use client'

import { ArrowDown } from 'lucide-react'
import { Fragment, type RefObject, useLayoutEffect, useRef } from 'react'
import type { StickToBottomInstance } from 'use-stick-to-bottom'
import { SummaryDivider } from '#components/memory/summary-divider.tsx'
import { useLoadAhead } from '#components/ui/use-load-ahead.ts'
import type { SessionState, SessionStore } from '#lib/client/session-state.ts'
import { MessageView } from './message-view.tsx'

/** More messages are asked for this many pixels before their place comes into view. */
const LOAD_AHEAD_PX = 600

type Props = {
  state: SessionState
  store: SessionStore
  /** Keeps the end in view while it grows, until the person scrolls up. */
  stick: StickToBottomInstance
  /** What is wanted is not in it yet. */
  hidden: boolean
  /** Gets the text of a message that was taken back, to be written again. */
  onTakeBack: (text: string) => void
  onUnderWay: () => void
}

/** The messages of the path shown, oldest first. */
export function Thread({ state, store, stick, hidden, onTakeBack, onUnderWay }: Props) {
  const { messages, hasEarlier, loadingEarlier, hasLater, loadingLater } = state
  const { scrollRef, contentRef, isAtBottom, scrollToBottom, stopScroll } = stick
  const last = messages.at(-1)
  useKeptAnchor(scrollRef, messages[0]?.id)
  // At the end before the first paint; at the top, earlier messages would be asked for at once.
  useLayoutEffect(() => {
    const box = scrollRef.current
    if (box) box.scrollTop = box.scrollHeight
  }, [scrollRef])

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scrollRef}
        className={`relative h-full overflow-y-auto overflow-x-hidden overscroll-contain [overflow-anchor:none] ${hidden ? 'invisible' : ''}`}
      >
        <div ref={contentRef}>
          <div
            role="log"
            aria-label="Conversation"
            aria-live="off"
            aria-busy={state.run !== null}
            className="mx-auto flex w-full max-w-[44rem] flex-col gap-3 px-4 pt-6 pb-10 sm:px-5"
          >
            {hasEarlier && (
              <MoreMessages
                which="earlier"
                loading={loadingEarlier}
                box={scrollRef}
                end={messages[0]?.id}
                onNeeded={() => void store.loadEarlier()}
              />
            )}
            {messages.map((message) => (
              <Fragment key={message.id}>
                <MessageView
                  message={message}
                  isLast={message === last && !hasLater}
                  sessionId={state.sessionId}
                  store={store}
                  onTakeBack={onTakeBack}
                  onUnderWay={onUnderWay}
                />
                {message.summaryId && <SummaryDivider summaryId={message.summaryId} />}
              </Fragment>
            ))}
            {hasLater && (
              <MoreMessages
                which="later"
                loading={loadingLater}
                box={scrollRef}
                end={last?.id}
                onNeeded={() => {
                  // Who has come to the end of what is loaded stays there when more is put below.
                  stopScroll()
                  void store.loadLater()
                }}
              />
            )}
          </div>
        </div>
      </div>
      {(hasLater || !isAtBottom) && (
        <button
          type="button"
          aria-label="Scroll to the end"
          title="Scroll to the end"
          onClick={() => {
            store.showEnd()
            void scrollToBottom('instant')
          }}
          className="absolute bottom-3 left-1/2 inline-flex size-9 -translate-x-1/2 items-center justify-center rounded-full border border-line bg-raised text-ink shadow-float hover:bg-hover pointer-coarse:size-11"
        >
          <ArrowDown size={18} aria-hidden />
        </button>
      )}
    </div>
  )
}

/** Messages that come in above must not move what is being read. */
function useKeptAnchor(scrollRef: { current: HTMLElement | null }, firstId: string | undefined): void {
  const first = useRef<{ id: string; top: number } | null>(null)
  useLayoutEffect(() => {
    const box = scrollRef.current
    const topOf = (id: string) =>
      box?.querySelector<HTMLElement>(`[data-message="${CSS.escape(id)}"]`)?.offsetTop
    const before = first.current
    const now = before ? topOf(before.id) : undefined
    if (box && before && now !== undefined && before.id !== firstId) box.scrollTop += now - before.top
    const top = firstId === undefined ? undefined : topOf(firstId)
    first.current = firstId !== undefined && top !== undefined ? { id: firstId, top } : null
  }, [firstId, scrollRef])
}

type More = {
  which: 'earlier' | 'later'
  loading: boolean
  box: RefObject<HTMLElement | null>
  /** The id of the message next to it. */
  end: string | undefined
  onNeeded: () => void
}

function MoreMessages({ which, loading, box, end, onNeeded }: More) {
  const mark = useRef<HTMLDivElement>(null)
  useLoadAhead({ mark, box, aheadPx: LOAD_AHEAD_PX, end, load: onNeeded })
  return (
    <div ref={mark} className="flex min-h-8 items-center justify-center text-ink-muted text-sm">
      <button type="button" aria-disabled={loading} onClick={onNeeded}>
        {loading ? `Loading ${which} messages…` : `Load ${which} messages`}
      </button>
    </div>
  )
}
