'use client'

import type { Settings } from '#lib/chat/types.ts'
import { Section } from './section.tsx'
import { Switch } from './switch.tsx'

type Props = { settings: Settings; onChange: (patch: Partial<Settings>) => Promise<boolean> }

export function MemorySwitches({ settings: { memory, acrossSessions }, onChange }: Props) {
  return (
    <Section
      title="Memory"
      about="What is remembered stays on this server, and each reply shows what it was given of it."
    >
      <Switch
        label="Use memory"
        about="Replies are given a summary of what scrolled away, and older messages that fit. Off: the newest messages and nothing else, and nothing is summarised."
        checked={memory}
        onChange={(next) => void onChange({ memory: next })}
      />
      <Switch
        label="Remember across chats"
        about="What you said in other chats may be used, too. Temporary chats and your programs’ sessions are never a part of it."
        checked={memory && acrossSessions}
        disabled={!memory}
        onChange={(next) => void onChange({ acrossSessions: next })}
      />
    </Section>
  )
}
