import { toSettings } from '../rows.ts'
import { DEFAULT_SETTINGS, type PersonSettings, type SettingsStore } from '../settings-store.ts'
import type { Database } from './database.ts'

export function settingsMethods({ one, run, look, write }: Database): SettingsStore {
  function find(namespace: string): PersonSettings {
    const row = one('SELECT * FROM settings WHERE namespace = ?', namespace)
    return row ? toSettings(row) : DEFAULT_SETTINGS
  }

  return {
    getSettings: (namespace) => look(() => find(namespace)),

    setSettings: (namespace, patch) =>
      write(() => {
        const { memory, acrossSessions, customInstructions, model } = { ...find(namespace), ...patch }
        run(
          `INSERT INTO settings (namespace, memory, across_sessions, custom_instructions, model)
           VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (namespace) DO UPDATE SET memory = excluded.memory, across_sessions = excluded.across_sessions,
             custom_instructions = excluded.custom_instructions, model = excluded.model`,
          namespace,
          Number(memory),
          Number(acrossSessions),
          customInstructions,
          model,
        )
        return find(namespace)
      }),
  }
}
