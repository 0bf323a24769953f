import { describe, expect, test } from 'vitest'
import type { ChatMessage, SessionView } from '#lib/chat/types.ts'
import { mergeView } from './merge-view.ts'
import { fakeView } from './session-store.fake.ts'
import { beginTurn, failTurn, type Thread, toThreadMessage } from './thread.ts'

const message = (id: string, parentId: string | null, change: Partial<ChatMessage> = {}): ChatMessage => ({
  id,
  parentId,
  role: id.startsWith('q') ? 'user' : 'assistant',
  text: `text ${id}`,
  status: 'complete',
  error: null,
  versions: [id],
  createdAt: 1,
  ...change,
})
const q1 = message('q1', null)
const a1 = message('a1', 'q1')
const q2 = message('q2', 'a1')
const a2 = message('a2', 'q2')

const shown = (messages: ChatMessage[]): Thread => messages.map((each) => toThreadMessage(each))
const ids = (thread: Thread) => thread.map(({ id }) => id)
const merge = (thread: Thread, view: SessionView, live: string[] = []) =>
  mergeView(thread, view, (id) => live.includes(id))

describe('mergeView', () => {
  test('answers the same array when nothing has changed', () => {
    const thread = shown([q1, a1])
    expect(merge(thread, fakeView(structuredClone([q1, a1])))).toBe(thread)
  })

  test('keeps the object of each message that has not changed', () => {
    const thread = shown([q1, a1])
    const merged = merge(thread, fakeView([q1, { ...a1, versions: ['a1', 'b1'] }]))
    expect(merged[0]).toBe(thread[0])
    expect(merged[1]).not.toBe(thread[1])
  })

  test('keeps earlier pages above a page that continues them', () => {
    expect(ids(merge(shown([q1, a1, q2]), fakeView([q2, a2])))).toEqual(['q1', 'a1', 'q2', 'a2'])
  })

  test('replaces the path when another version is shown', () => {
    const other = message('q9', 'a1')
    expect(ids(merge(shown([q1, a1, q2, a2]), fakeView([q1, a1, other])))).toEqual(['q1', 'a1', 'q9'])
  })

  test('never shrinks a text that streams, and takes the final one as it is', () => {
    const thread = shown([q1, { ...a1, text: 'one two', status: 'streaming' }])
    const older = merge(thread, fakeView([q1, { ...a1, text: 'one', status: 'streaming' }]))
    expect(older[1]?.text).toBe('one two')
    expect(merge(thread, fakeView([q1, { ...a1, text: 'one', status: 'stopped' }]))[1]?.text).toBe('one')
  })

  test('leaves a reply that is being written here alone', () => {
    const thread = shown([q1, { ...a1, text: 'stopped here', status: 'stopped' }])
    const merged = merge(thread, fakeView([q1, { ...a1, text: 'on', status: 'streaming' }]), ['a1'])
    expect(merged).toBe(thread)
  })

  test('a run that is not the first one waits', () => {
    const streaming = { status: 'streaming' as const, text: '' }
    const view = fakeView([q1, { ...a1, ...streaming }, q2, { ...a2, ...streaming }], {
      runs: [
        { id: 'r1', messageId: 'a1', next: 1 },
        { id: 'r2', messageId: 'a2', next: 1 },
      ],
    })
    expect(merge([], view).map(({ waiting }) => waiting)).toEqual([false, false, false, true])
  })

  test('keeps a message that failed to send, behind what came meanwhile', () => {
    const turn = { kind: 'send', sessionId: 's', isNew: false, id: 'q3', replyId: 'a3', after: 'a1' } as const
    const sent = beginTurn(shown([q1, a1]), { ...turn, text: 'hello' }, 1)
    const failed = failTurn(sent, { ...turn, text: 'hello' }, 'offline', 1)
    expect(ids(merge(failed, fakeView([q1, a1, q2, a2])))).toEqual(['q1', 'a1', 'q2', 'a2', 'q3'])
  })

  test('keeps a failed edit in place of what it edits', () => {
    const turn = {
      kind: 'edit',
      sessionId: 's',
      id: 'q3',
      replyId: 'a3',
      messageId: 'q2',
      text: 'new',
    } as const
    const failed = failTurn(beginTurn(shown([q1, a1, q2, a2]), turn, 1), turn, 'offline', 1)
    expect(ids(merge(failed, fakeView([q1, a1, q2, a2])))).toEqual(['q1', 'a1', 'q3'])
  })
})
