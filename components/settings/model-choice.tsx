'use client'

import { ConnectModel } from '#components/chat/connect-model.tsx'
import { TestConnection } from '#components/chat/test-connection.tsx'
import type { ModelStatus } from '#lib/chat/types.ts'
import { FIELD, Section } from './section.tsx'

type Props = {
  model: ModelStatus
  chosen: string | null
  onChoose: (name: string | null) => Promise<boolean>
}

/** Which model answers, among those that the server is set up with. */
export function ModelChoice({ model, chosen, onChoose }: Props) {
  const { choices = [], connected, label } = model
  return (
    <Section
      title="Model"
      about={
        connected
          ? choices.length > 0
            ? 'Answers from your next message on.'
            : `${label} answers. Who runs this server can offer several: CHAT_MODEL takes names with commas between them.`
          : 'No language model is connected: replies quote what this chat remembers.'
      }
    >
      {choices.length > 0 && (
        <select
          aria-label="Model"
          value={chosen !== null && choices.includes(chosen) ? chosen : choices[0]}
          onChange={(event) => void onChoose(event.target.value === choices[0] ? null : event.target.value)}
          className={`${FIELD} max-w-80`}
        >
          {choices.map((name, index) => (
            <option key={name} value={name}>
              {index === 0 ? `${name} (default)` : name}
            </option>
          ))}
        </select>
      )}
      {!connected && <ConnectModel />}
      <TestConnection />
    </Section>
  )
}
