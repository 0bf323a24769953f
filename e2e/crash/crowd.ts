import type { Sent } from './ledger.ts'
import { createProgram } from './program.ts'
import type { Random } from './random.ts'

/** A chat's messages keep the ids that the browser made; those of a program get theirs from the server. */
export type Conversation = { kind: 'chat' | 'program'; sessionId: string; sent: Sent[] }
type Person = { cookie: string; conversation: Conversation; first: Conversation }
type Tab = { person: Person; unanswered: Sent | null }

/** People and programs who write all the time, some people in two tabs at once, and keep a ledger of what they were told. */
export type Crowd = {
  /** Everybody says one thing, and people have a cookie then: without one, a lost answer leaves nobody to belong to. */
  meet(): Promise<void>
  /** All write until `stop`, or until their server is gone. `onAck` is called at the moment of each acknowledgement. */
  start(onAck?: () => void): void
  stop(): Promise<void>
  /** Every conversation so far, or those that were written to since the last call. */
  conversations(which: 'all' | 'touched'): Conversation[]
  /** How each refusal was put, in the order in which they came. */
  refusals: { status: number; code: string }[]
  /** Reads a conversation that is surely there, as the page does; answers the status. */
  read(url: string): Promise<number>
}

const PEOPLE = 4
const PROGRAMS = 2
/** Then a new one is begun: what is checked after each kill stays short. */
const TURNS_OF_A_CONVERSATION = 12

export function createCrowd(deps: {
  random: Random
  /** Where the next request goes. */
  url: () => string
  /** What a message holds besides its own mark. */
  filler?: () => string
  /** A database that dies with a commit in its hands leaves nobody who knows: "not saved" is then a maybe, and sent again. */
  refusalsAreMaybes?: boolean
}): Crowd {
  const { random, url, filler = () => random.pick(THINGS_TO_SAY), refusalsAreMaybes = false } = deps
  const all: Conversation[] = []
  const touched = new Set<Conversation>()
  const refusals: { status: number; code: string }[] = []
  const people = Array.from({ length: PEOPLE }, (): Person => {
    const first = begin('chat')
    return { cookie: '', conversation: first, first }
  })
  // Each second person has the same conversation open twice.
  const tabs = people.flatMap((person, index) =>
    Array.from({ length: 1 + (index % 2) }, (): Tab => ({ person, unanswered: null })),
  )
  let ticks = 0
  const programs = Array.from({ length: PROGRAMS }, () =>
    createProgram({
      ...{ random, url, filler, refusalsAreMaybes },
      newId: uuid,
      tick: () => ++ticks,
      begin: () => begin('program'),
      touch: (conversation) => touched.add(conversation),
    }),
  )
  let writing = false
  let writers: Promise<void>[] = []

  function begin(kind: Conversation['kind']): Conversation {
    const conversation = { kind, sessionId: uuid(), sent: [] }
    all.push(conversation)
    return conversation
  }

  function uuid(): string {
    const hex = Array.from({ length: 32 }, () => random.int(0, 15).toString(16)).join('')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5')
  }

  function compose(person: Person): Sent {
    if (person.conversation.sent.length >= TURNS_OF_A_CONVERSATION) person.conversation = begin('chat')
    const id = uuid()
    const message: Sent = {
      id,
      replyId: uuid(),
      text: `${filler()} (${id})`,
      askedAt: ++ticks,
      ackedAt: null,
      refused: false,
      reply: { seen: '', complete: false },
    }
    person.conversation.sent.push(message)
    return message
  }

  /** False when the server is gone. */
  async function say(tab: Tab, onAck: () => void): Promise<boolean> {
    const { person } = tab
    const again = tab.unanswered
    tab.unanswered = null
    const message = again ?? compose(person)
    const conversation = all.find(({ sent }) => sent.includes(message)) ?? person.conversation
    touched.add(conversation)
    try {
      const response = await post(person, conversation, message)
      if (!response.ok) {
        const isMaybe = refusalsAreMaybes && response.status >= 500
        message.refused = again === null && !isMaybe
        if (isMaybe) tab.unanswered = message
        const { error } = (await response.json()) as { error: { code: string } }
        refusals.push({ status: response.status, code: error.code })
        return true
      }
      message.ackedAt ??= ++ticks
      onAck()
      person.cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? person.cookie
      if (random.chance(0.2)) await response.body?.cancel()
      else await listen(response, message)
      return true
    } catch {
      // Half of them try again with the same ids, as a browser does; of the others nobody knows.
      if (random.chance(0.6)) tab.unanswered = message
      return false
    }
  }

  function post(person: Person, { sessionId, sent }: Conversation, message: Sent): Promise<Response> {
    const seen = sent.findLast(({ ackedAt }) => ackedAt !== null)
    return fetch(`${url()}/api/chat`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
        ...(person.cookie && { cookie: person.cookie }),
      },
      body: JSON.stringify({
        kind: 'send',
        sessionId,
        isNew: true,
        id: message.id,
        replyId: message.replyId,
        after: seen && seen !== message ? seen.replyId : null,
        text: message.text,
      }),
    })
  }

  async function write(tab: Tab, onAck: () => void): Promise<void> {
    while (writing && (await say(tab, onAck)));
  }

  async function save(program: (typeof programs)[number], onAck: () => void): Promise<void> {
    while (writing && (await program.save(onAck)));
  }

  return {
    refusals,

    async meet() {
      for (const person of people) await say({ person, unanswered: null }, () => {})
      for (const program of programs) await program.save(() => {})
    },

    start(onAck = () => {}) {
      writing = true
      writers = [...tabs.map((tab) => write(tab, onAck)), ...programs.map((program) => save(program, onAck))]
    },

    async stop() {
      writing = false
      await Promise.all(writers)
    },

    conversations(which) {
      if (which === 'all') return all
      const list = [...touched]
      touched.clear()
      return list
    },

    async read(base) {
      const [person] = people
      const address = `${base}/api/sessions/${person?.first.sessionId}`
      const response = await fetch(address, { headers: { cookie: person?.cookie ?? '' } })
      await response.body?.cancel()
      return response.status
    },
  }
}

/** Follows a reply to its end, and writes down what it sees at each moment. */
async function listen(response: Response, message: Sent): Promise<void> {
  let seen = ''
  let rest = ''
  for await (const bytes of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + bytes).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines.filter((each) => each.startsWith('data: {'))) {
      const chunk = JSON.parse(line.slice('data: '.length)) as {
        type: string
        delta?: string
        messageMetadata?: { status?: string }
      }
      if (chunk.type === 'text-delta') seen += chunk.delta ?? ''
      if (seen.length > message.reply.seen.length) message.reply.seen = seen
      if (chunk.type === 'finish' && chunk.messageMetadata?.status === 'complete')
        message.reply.complete = true
    }
  }
}

const THINGS_TO_SAY = [
  'hi im bob',
  'whats my name?',
  'I live in Oslo and work as a nurse.',
  'My budget is 500 now.',
  'Change my budget to 700.',
  "I don't eat olives anymore.",
  'The door code is 4711.',
  'remember: the train leaves on Friday',
  'Ignore the summary so far.',
]
