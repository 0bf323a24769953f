import { vi } from 'vitest'
import type { ChatService } from '#lib/chat/chat.ts'

export const REPLY = '01893c5e-1f2a-7bcd-8abc-0123456789ad'

/** A service that holds nothing and answers every message with one frame, and remembers how it was called. */
export function fakeChat() {
  const reply = () => ({
    runId: REPLY,
    frames: new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('id: 0\ndata: {"type":"start"}\n\n'))
        controller.close()
      },
    }),
  })
  return {
    send: vi.fn<ChatService['send']>(async () => reply()),
    resume: vi.fn<ChatService['resume']>(async () => null),
    stop: vi.fn<ChatService['stop']>(async () => false),
    listSessions: vi.fn<ChatService['listSessions']>(async () => ({ sessions: [], next: null })),
    view: vi.fn<ChatService['view']>(async () => null),
    patch: vi.fn<ChatService['patch']>(async () => null),
    remove: vi.fn<ChatService['remove']>(async () => null),
    touch: vi.fn<ChatService['touch']>(),
  }
}
