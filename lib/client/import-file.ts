import type { ImportReport } from '#lib/chat/types.ts'
import { ApiFailure, request } from './api.ts'
import { conversationsOf } from './export-file.ts'
import { type ImportPiece, piecesOf } from './import-pieces.ts'

/** While the server lets nobody change so much, it is asked again so often. */
const RETRY_MS = 5_000
const MAX_RETRIES = 24

/**
 * Takes in an export of ChatGPT, Claude or this app, the JSON file or the zip file that holds it, in pieces: none of them
 * keeps others waiting, and what was cut short goes on when the file is chosen again. `onProgress` is told which share of
 * it is in. A file that is none is refused with nothing taken in; chats that cannot be read are counted and left out.
 */
export async function importFile(file: Blob, onProgress: (share: number) => void): Promise<ImportReport> {
  const parts = await conversationsOf(file)
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  let report: ImportReport | null = null
  let before = 0
  for (const part of parts) {
    for await (const piece of piecesOf(part)) {
      report = sumOf(report, await send(piece, report))
      onProgress(Math.min(1, (before + piece.read) / size))
    }
    before += part.size
  }
  if (report) return report
  throw new ApiFailure(0, 'unreadable', 'There are no chats in this file.')
}

async function send({ body, chats }: ImportPiece, before: ImportReport | null): Promise<ImportReport> {
  for (let retries = 0; ; retries++) {
    try {
      const headers = { 'content-type': 'application/json' }
      return await (await request('/api/import', { method: 'POST', headers, body })).json()
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      // What came before was an export: this part of it is damaged, and the rest need not be.
      if (before && error.status === 400) return allUnreadable(before, chats)
      if (error.status !== 429 || retries === MAX_RETRIES) throw before ? stopped(error) : error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

const allUnreadable = ({ source }: ImportReport, unreadable: number): ImportReport => ({
  source,
  sessions: { new: 0, grown: 0, present: 0, empty: 0, unreadable },
  messages: 0,
})

const stopped = (error: ApiFailure) =>
  new ApiFailure(
    error.status,
    error.code,
    `${error.message} A part of the file is in: choose it again to go on. Nothing comes in twice.`,
    { cause: error },
  )

function sumOf(before: ImportReport | null, more: ImportReport): ImportReport {
  if (!before) return more
  const names = Object.keys(before.sessions) as (keyof ImportReport['sessions'])[]
  const sessions = { ...before.sessions }
  for (const name of names) sessions[name] += more.sessions[name]
  return { source: before.source, sessions, messages: before.messages + more.messages }
}
