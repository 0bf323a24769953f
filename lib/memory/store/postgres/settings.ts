import { type Row, toSettings } from '../rows.ts'
import { DEFAULT_SETTINGS, type PersonSettings, type SettingsStore } from '../settings-store.ts'
import type { Database, Queries } from './database.ts'

export function settingsMethods({ read, write }: Database): SettingsStore {
  async function find({ one }: Queries, namespace: string): Promise<PersonSettings> {
    const row = await one('SELECT * FROM settings WHERE namespace = $1', namespace)
    return row ? toSettings(row) : DEFAULT_SETTINGS
  }

  return {
    getSettings: (namespace) => read((db) => find(db, namespace)),

    setSettings: (namespace, patch) =>
      write(async ({ one }) => {
        const first = { ...DEFAULT_SETTINGS, ...patch }
        const row = await one(
          `INSERT INTO settings (namespace, memory, across_sessions, custom_instructions, model)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (namespace) DO UPDATE SET memory = coalesce($6, settings.memory),
             across_sessions = coalesce($7, settings.across_sessions),
             custom_instructions = coalesce($8, settings.custom_instructions),
             model = CASE WHEN $9 = 1 THEN excluded.model ELSE settings.model END
           RETURNING *`,
          namespace,
          Number(first.memory),
          Number(first.acrossSessions),
          first.customInstructions,
          first.model,
          patch.memory === undefined ? null : Number(patch.memory),
          patch.acrossSessions === undefined ? null : Number(patch.acrossSessions),
          patch.customInstructions ?? null,
          patch.model === undefined ? 0 : 1,
        )
        return toSettings(row as Row)
      }),
  }
}
