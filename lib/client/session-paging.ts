import type { PagePlace, SessionView } from '#lib/chat/types.ts'
import { isAbsent } from './api.ts'
import { sentenceOf } from './sentences.ts'
import type { SessionState, SessionStore } from './session-state.ts'
import { type Thread, toThreadMessage, withoutMessage } from './thread.ts'

/** A stretch of the path; `earlier` and `later` lead to the pages above and below it, and are `null` at the ends. */
type Part = { messages: Thread; earlier: number | null }
type Away = Part & { later: number | null }

type Told = Pick<SessionState, 'loadingEarlier' | 'loadingLater' | 'notice'>

export type SessionPaging = {
  ways: Pick<SessionStore, 'loadEarlier' | 'loadLater' | 'showMessage' | 'showEnd' | 'showVersion'>
  /** What is shown: the end of the session with what was loaded above it, or a part far from it. */
  shown(): Part & { isAway: boolean }
  /** Something is done to this message: what it stands in becomes the end, as far as it is known. */
  standAt(messageId: string): void
  /** A message was forgotten. */
  takeOut(messageId: string): void
}

/**
 * The ways from the end of a session to the rest of it: pages above, other versions, one message. The end stays as it is
 * and goes on being followed while a part far from it is shown, until loading below has reached it.
 */
export function createPaging(deps: {
  load: (place: PagePlace) => Promise<SessionView>
  loadVersion: (messageId: string) => Promise<SessionView>
  end: () => Part
  setEnd: (end: Part) => void
  told: () => Told
  applyView: (view: SessionView) => void
  /** No other view is applied until the answer is called. */
  hold: () => () => void
  publish: (change?: Partial<Told>) => void
  tellOthers: () => void
}): SessionPaging {
  const { load, end, setEnd, told, publish } = deps
  let away: Away | null = null

  const shown = () => ({ ...(away ?? end()), isAway: away !== null })
  const holds = ({ messages }: Part, id: string) => messages.some((message) => message.id === id)

  /** Shows a part; where it reaches the end that is known, they become one. */
  function show(part: Away): void {
    const { messages } = end()
    const meets = part.messages.findIndex(({ id }) => id === messages[0]?.id)
    away = meets < 0 && part.later !== null ? part : null
    if (away) return
    const above = meets < 0 ? part.messages : [...part.messages.slice(0, meets), ...messages]
    setEnd({ messages: above, earlier: part.earlier })
  }

  async function loadPage(
    loading: 'loadingEarlier' | 'loadingLater',
    place: PagePlace,
    take: (page: SessionView) => void,
  ): Promise<void> {
    const which = loading === 'loadingEarlier' ? 'earlier' : 'later'
    const failure = `The ${which} messages could not be loaded.`
    const { notice } = told()
    // What was said of the last try is over; should this one fail, too, it is said anew.
    publish({ [loading]: true, notice: notice?.startsWith(failure) ? null : notice })
    try {
      take(await load(place))
      publish({ [loading]: false })
    } catch (error) {
      publish({ [loading]: false, notice: `${failure} ${sentenceOf(error)}` })
    }
  }

  async function loadEarlier(): Promise<void> {
    const { earlier, messages } = shown()
    if (earlier === null || told().loadingEarlier) return
    await loadPage('loadingEarlier', { before: earlier }, (page) => {
      const part = shown()
      // Another part or version may have been chosen meanwhile: what is above must lead to what is shown.
      if (page.messages.at(-1)?.id !== part.messages[0]?.parentId) return
      const longer = { messages: [...toThread(page), ...part.messages], earlier: page.earlier }
      if (away) away = { ...away, ...longer }
      else setEnd(longer)
    })
    // What has come to be shown meanwhile was asked for in vain while this was under way.
    if (!holds(shown(), messages[0]?.id ?? '')) await loadEarlier()
  }

  async function loadLater(): Promise<void> {
    const from = away
    if (!from || from.later === null || told().loadingLater) return
    await loadPage('loadingLater', { after: from.later }, (page) => {
      const last = away?.messages.at(-1)
      if (!away || last !== from.messages.at(-1)) return
      // Another version was chosen in another tab, or all that followed was forgotten: only the end is sure.
      if (page.messages[0]?.parentId !== last?.id) away = null
      else show({ ...away, messages: [...away.messages, ...toThread(page)], later: page.later })
    })
  }

  async function lookAround(messageId: string): Promise<boolean> {
    const page = await load({ around: messageId })
    const part = { messages: toThread(page), earlier: page.earlier, later: page.later }
    if (!holds(part, messageId)) return false
    show(part)
    publish()
    return holds(shown(), messageId)
  }

  /** Shows the message on the branch it stands on; false when that branch does not hold it any more. */
  async function changeVersion(messageId: string): Promise<boolean> {
    const release = deps.hold()
    try {
      const view = await deps.loadVersion(messageId)
      away = null
      deps.applyView(view)
      deps.tellOthers()
      return holds(end(), messageId) || (await lookAround(messageId))
    } finally {
      release()
    }
  }

  const ways: SessionPaging['ways'] = {
    loadEarlier,
    loadLater,

    showEnd() {
      if (!away) return
      away = null
      publish()
    },

    showVersion(messageId) {
      void changeVersion(messageId).catch((error) =>
        publish({ notice: `This version cannot be shown. ${sentenceOf(error)}` }),
      )
    },

    async showMessage(messageId) {
      if (holds(shown(), messageId)) return true
      if (holds(end(), messageId)) {
        ways.showEnd()
        return true
      }
      try {
        if ((await lookAround(messageId)) || (await changeVersion(messageId))) return true
        publish({ notice: GONE })
      } catch (error) {
        publish({ notice: isAbsent(error) ? GONE : `The message could not be loaded. ${sentenceOf(error)}` })
      }
      return false
    },
  }

  return {
    ways,
    shown,

    standAt(messageId) {
      if (away && holds(away, messageId)) setEnd({ messages: away.messages, earlier: away.earlier })
      away = null
    },

    takeOut(messageId) {
      if (away) away = { ...away, messages: withoutMessage(away.messages, messageId) }
    },
  }
}

const GONE = 'This message is not there any more.'

const toThread = (page: SessionView): Thread => page.messages.map((message) => toThreadMessage(message))
