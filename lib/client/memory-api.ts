import type {
  ContextEdit,
  FactSource,
  ForgetPreview,
  ForgetReport,
  MemoryView,
  PromptView,
  ReceiptView,
  SummaryDetail,
} from '#lib/chat/memory-types.ts'
import { getJson, sayTooLate, sendJson } from './api.ts'

const FORGET_LIMIT_MS = 30_000

/** The requests of the memory panel and of what is under a message. They reject with an `ApiFailure`. */

export const getMemory = (sessionId: string): Promise<MemoryView> => getJson(path(sessionId))

export const getSummary = (sessionId: string, summaryId: string): Promise<SummaryDetail> =>
  getJson(path(sessionId, 'summaries', summaryId))

export const getFactSource = (sessionId: string, summaryId: string, line: number): Promise<FactSource> =>
  getJson(path(sessionId, 'summaries', summaryId, 'facts', String(line)))

export const editContext = (sessionId: string, edit: ContextEdit): Promise<MemoryView> =>
  sendJson('PUT', path(sessionId, 'context'), edit)

export const undoSummary = (sessionId: string, summaryId: string): Promise<MemoryView> =>
  sendJson('DELETE', path(sessionId, 'summaries', summaryId))

/** Takes an undo back; `TOO_LATE` when nothing is left to bring back. */
export const redoSummary = (sessionId: string, summaryId: string): Promise<MemoryView> =>
  sendJson<MemoryView>('POST', path(sessionId, 'summaries', summaryId, 'restore')).catch(sayTooLate)

/** Asks for the summary to be made anew from all that it covers. */
export const rebuildSummary = (sessionId: string): Promise<MemoryView> =>
  sendJson('POST', path(sessionId, 'rebuild'))

/** Asks for background work that failed to be tried without waiting. */
export const retryWork = (sessionId: string): Promise<MemoryView> =>
  sendJson('POST', path(sessionId, 'retry'))

export const getReceipt = (sessionId: string, messageId: string): Promise<ReceiptView> =>
  getJson(path(sessionId, 'receipts', messageId))

export const getPrompt = (sessionId: string, messageId: string): Promise<PromptView> =>
  getJson(path(sessionId, 'prompts', messageId))

/** What a forget would take. */
export const previewForget = (sessionId: string, messageId: string): Promise<ForgetPreview> =>
  getJson(path(sessionId, 'messages', messageId))

/** Nobody is kept waiting at a server that does not answer; whether it was done, the thread tells. */
export const forgetMessage = (sessionId: string, messageId: string): Promise<ForgetReport> =>
  sendJson('DELETE', path(sessionId, 'messages', messageId), undefined, AbortSignal.timeout(FORGET_LIMIT_MS))

const path = (...parts: string[]) => ['/api/memory', ...parts.map(encodeURIComponent)].join('/')
