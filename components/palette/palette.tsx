'use client'

import { Command } from 'cmdk'
import { LoaderCircle, Search } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTheme } from 'next-themes'
import { useState } from 'react'
import { Dialog } from '#components/ui/dialog.tsx'
import { goToMessage } from '#lib/client/go-to-message.ts'
import { useListedSessions } from '#lib/client/sessions-store.ts'
import { commands } from './commands.ts'
import { KeyCaps } from './key-caps.tsx'
import { MarkedText } from './marked-text.tsx'
import { type PaletteEntry, paletteEntries } from './palette-entries.tsx'
import { useSearch } from './use-search.ts'

/** Shown before anything is typed. */
const RECENT_SESSIONS = 6

const ITEM =
  'flex min-h-9 cursor-default select-none items-center gap-3 rounded-lg px-3 py-1.5 text-sm data-[selected=true]:bg-hover pointer-coarse:min-h-11'

/** Search through everything that was said, and every command, in one field. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const router = useRouter()
  const { setTheme } = useTheme()
  const recent = useListedSessions().slice(0, RECENT_SESSIONS)
  const { results, pending, problem } = useSearch(text)
  const asked = text.trim().toLowerCase()
  const entries = paletteEntries(
    commands((path) => router.push(path)),
    setTheme,
  ).filter(({ label, words }) => `${label} ${words ?? ''}`.toLowerCase().includes(asked))

  function open(path: string): void {
    onClose()
    router.push(path)
  }
  function openMessage(sessionId: string, messageId: string): void {
    onClose()
    goToMessage((path) => router.push(path), sessionId, messageId)
  }
  function perform(entry: PaletteEntry): void {
    onClose()
    // After the window has given the focus back.
    requestAnimationFrame(entry.run)
  }

  return (
    <Dialog title="Search" hiddenTitle onClose={onClose}>
      <Command label="Search" shouldFilter={false} loop className="flex min-h-0 flex-col">
        <div className="flex items-center gap-3 border-line border-b px-4">
          {pending ? (
            <LoaderCircle size={18} className="shrink-0 animate-spin text-ink-faint" aria-hidden />
          ) : (
            <Search size={18} className="shrink-0 text-ink-faint" aria-hidden />
          )}
          <Command.Input
            aria-label="Search"
            value={text}
            onValueChange={setText}
            maxLength={200}
            placeholder="Search chats and commands"
            className="h-12 min-w-0 grow bg-transparent text-base outline-none placeholder:text-ink-faint"
          />
        </div>
        <Command.List className="relative min-h-0 overflow-y-auto overscroll-contain p-2 [scroll-padding-block:2.5rem]">
          {asked === '' && (
            <Group heading="Recent chats">
              {recent.map(({ id, title }) => (
                <Command.Item
                  key={id}
                  value={`recent ${id}`}
                  onSelect={() => open(`/s/${id}`)}
                  className={ITEM}
                >
                  <span className="truncate" dir="auto">
                    {title}
                  </span>
                </Command.Item>
              ))}
            </Group>
          )}
          {asked !== '' &&
            results.map((session) => (
              <Group key={session.sessionId} heading={<MarkedText pieces={session.title} />}>
                {session.title.some(({ hit }) => hit) && (
                  <Command.Item
                    value={`session ${session.sessionId}`}
                    onSelect={() => open(`/s/${session.sessionId}`)}
                    className={`${ITEM} text-ink-muted`}
                  >
                    Open this chat
                  </Command.Item>
                )}
                {session.messages.map((message) => (
                  <Command.Item
                    key={message.id}
                    value={`message ${message.id}`}
                    onSelect={() => openMessage(session.sessionId, message.id)}
                    className={`${ITEM} items-baseline`}
                  >
                    <span className="w-16 shrink-0 text-ink-muted text-xs">
                      {message.role === 'user' ? 'You' : 'Assistant'}
                    </span>
                    <span className="wrap-anywhere line-clamp-2 grow" dir="auto">
                      <MarkedText pieces={message.snippet} />
                    </span>
                    <time className="shrink-0 text-ink-muted text-xs max-sm:hidden">
                      {new Date(message.createdAt).toLocaleDateString('en', { dateStyle: 'medium' })}
                    </time>
                  </Command.Item>
                ))}
              </Group>
            ))}
          {problem && (
            <p role="alert" className="px-3 py-4 text-danger text-sm">
              {problem}
            </p>
          )}
          {asked !== '' && !pending && !problem && results.length === 0 && (
            <p role="status" className="px-3 py-4 text-ink-muted text-sm">
              Nothing that was said holds {asked.includes(' ') ? 'these words' : 'this word'}.
            </p>
          )}
          <Group heading="Commands">
            {entries.map((entry) => (
              <Command.Item
                key={entry.label}
                value={`command ${entry.label}`}
                onSelect={() => perform(entry)}
                className={ITEM}
              >
                <span className="text-ink-muted">{entry.icon}</span>
                <span className="grow">{entry.label}</span>
                {entry.shortcut && <KeyCaps shortcut={entry.shortcut} />}
              </Command.Item>
            ))}
          </Group>
        </Command.List>
      </Command>
    </Dialog>
  )
}

function Group({
  heading,
  children,
}: {
  heading: React.ReactNode
  children: React.ReactNode[] | React.ReactNode
}) {
  if (Array.isArray(children) && children.length === 0) return null
  return (
    <Command.Group
      heading={
        <span className="block truncate px-3 pt-3 pb-1 font-medium text-ink-faint text-xs" dir="auto">
          {heading}
        </span>
      }
    >
      {children}
    </Command.Group>
  )
}
