'use client'

import { Download, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { countOf } from '#components/memory/memory-words.ts'
import type { ImportReport } from '#lib/chat/types.ts'
import { importFile } from '#lib/client/import-file.ts'
import { saveEverything } from '#lib/client/library-api.ts'
import { sentenceOf } from '#lib/client/sentences.ts'
import { sessionsStore } from '#lib/client/sessions-store.ts'
import { BUTTON, Section } from './section.tsx'

type State =
  | { at: 'rest' }
  /** `share` of an import that is done, from 0 to 1. */
  | { at: 'work'; doing: string; share?: number }
  | { at: 'done'; sentence: string }
  | { at: 'failed'; sentence: string }

/** Takes everything along, from here and to here. */
export function ExportAndImport() {
  const picker = useRef<HTMLInputElement>(null)
  const [state, setState] = useState<State>({ at: 'rest' })

  async function attempt(doing: string, work: () => Promise<string>): Promise<void> {
    setState({ at: 'work', doing })
    try {
      setState({ at: 'done', sentence: await work() })
    } catch (error) {
      setState({ at: 'failed', sentence: sentenceOf(error) })
    }
  }
  const take = (file: File) =>
    attempt('Reading the file…', async () => {
      const report = await importFile(file, (share) =>
        setState({ at: 'work', doing: 'Importing your chats…', share }),
      )
      await sessionsStore.reload()
      sessionsStore.tellOthers()
      return sentenceFor(report)
    })

  return (
    <Section
      title="Your chats"
      about="Import what ChatGPT or Claude sent you as an export: the whole zip file, or the conversations.json in it. The same file twice adds nothing twice."
    >
      <div className="flex flex-wrap gap-2">
        <button
          type="button"
          className={BUTTON}
          disabled={state.at === 'work'}
          onClick={() => picker.current?.click()}
        >
          <Upload size={16} aria-hidden />
          Import chats
        </button>
        <input
          ref={picker}
          type="file"
          aria-label="File to import"
          accept=".json,.zip,application/json,application/zip"
          tabIndex={-1}
          className="sr-only"
          onChange={(event) => {
            const [file] = event.target.files ?? []
            event.target.value = ''
            if (file) void take(file)
          }}
        />
        <button
          type="button"
          className={BUTTON}
          disabled={state.at === 'work'}
          onClick={() =>
            void attempt('Collecting your chats…', async () => {
              await saveEverything()
              return 'Saved as one JSON file, with every version of every message.'
            })
          }
        >
          <Download size={16} aria-hidden />
          Export everything
        </button>
      </div>
      {state.at === 'failed' ? (
        <p role="alert" className="text-pretty text-danger text-sm">
          {state.sentence}
        </p>
      ) : (
        <p role="status" className="text-ink-muted text-sm empty:hidden">
          {state.at === 'work' ? state.doing : state.at === 'done' ? state.sentence : null}
        </p>
      )}
      {state.at === 'work' && state.share !== undefined && (
        <div className="flex items-center gap-3 text-ink-muted text-sm tabular-nums">
          <progress aria-label="Import" max={1} value={state.share} className="progress" />
          {Math.floor(state.share * 100)} %
        </div>
      )}
    </Section>
  )
}

const SOURCES: Record<ImportReport['source'], string> = {
  chatgpt: 'ChatGPT',
  claude: 'Claude',
  'motorhead-chat': 'this app',
}

function sentenceFor(report: ImportReport): string {
  const { unreadable } = report.sessions
  const left =
    unreadable > 0 ? ` ${countOf(unreadable, 'chat')} could not be read and ${was(unreadable)} left out.` : ''
  return cameIn(report) + left
}

const was = (n: number) => (n === 1 ? 'was' : 'were')

function cameIn({ source, sessions, messages }: ImportReport): string {
  const parts = [
    sessions.new > 0 && `${countOf(sessions.new, 'chat')} added`,
    sessions.grown > 0 && `${countOf(sessions.grown, 'chat')} continued`,
    sessions.present > 0 && `${sessions.present.toLocaleString('en')} already here`,
    sessions.empty > 0 && `${sessions.empty.toLocaleString('en')} empty`,
  ].filter((part) => part !== false)
  return `From ${SOURCES[source]}: ${parts.join(', ') || 'no chats'} (${countOf(messages, 'message')}).`
}
