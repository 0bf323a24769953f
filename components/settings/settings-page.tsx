'use client'

import type { ModelStatus, Settings } from '#lib/chat/types.ts'
import { ApiKeys } from './api-keys.tsx'
import { CustomInstructions } from './custom-instructions.tsx'
import { DeleteEverything } from './delete-everything.tsx'
import { ExportAndImport } from './export-and-import.tsx'
import { MemorySwitches } from './memory-switches.tsx'
import { ModelChoice } from './model-choice.tsx'
import { ThemeChoice } from './theme-choice.tsx'
import { Usage } from './usage.tsx'
import { useSettings } from './use-settings.ts'

type Props = { settings: Settings; model: ModelStatus }

/** Everything that holds for all chats of a person. A change is kept at once; there is nothing to save but texts. */
export function SettingsPage({ settings: initial, model }: Props) {
  const { settings, change, problem } = useSettings(initial)
  return (
    <main className="relative min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto w-full max-w-[44rem] px-4 pt-4 pb-16 sm:px-5">
        <h1 className="pb-2 font-semibold text-2xl tracking-tight">Settings</h1>
        {problem && (
          <p role="alert" className="mt-2 rounded-xl bg-danger-surface px-4 py-2.5 text-danger text-sm">
            {problem}
          </p>
        )}
        <ThemeChoice />
        <ModelChoice model={model} chosen={settings.model} onChoose={(name) => change({ model: name })} />
        <MemorySwitches settings={settings} onChange={change} />
        <CustomInstructions
          text={settings.customInstructions}
          onSave={(customInstructions) => change({ customInstructions })}
        />
        <ApiKeys />
        <Usage />
        <ExportAndImport />
        <DeleteEverything />
      </div>
    </main>
  )
}
