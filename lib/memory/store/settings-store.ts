/** What a person has chosen, whatever the session. */
export type PersonSettings = {
  /** Whether replies are given summaries and what was said before the window. */
  memory: boolean
  /** Whether that includes the person's other sessions. */
  acrossSessions: boolean
  /** The person's own words to the model, for every reply; '' is none. */
  customInstructions: string
  /** The name of a configured model; `null` is the first one. */
  model: string | null
}

/** What holds for somebody who has chosen nothing. */
export const DEFAULT_SETTINGS: PersonSettings = {
  memory: true,
  acrossSessions: true,
  customInstructions: '',
  model: null,
}

/** Settings belong to a namespace, which need not hold a session. */
export interface SettingsStore {
  /** The defaults where nothing was ever set. */
  getSettings(namespace: string): Promise<PersonSettings>
  /** Changes what `patch` names and answers the whole. */
  setSettings(namespace: string, patch: Partial<PersonSettings>): Promise<PersonSettings>
}
