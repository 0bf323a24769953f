import { expect, it } from 'vitest'
import { DEFAULT_SETTINGS } from '../settings-store.ts'
import type { Store } from '../store.ts'

export function settingsContract(store: () => Store): void {
  it('answers the defaults to somebody who has chosen nothing', async () => {
    expect(await store().getSettings('bob')).toEqual(DEFAULT_SETTINGS)
  })

  it('changes what is named, keeps the rest, and only for its own namespace', async () => {
    const first = await store().setSettings('bob', {
      memory: false,
      customInstructions: 'Be brief.\n"Please."',
    })
    expect(first).toEqual({ ...DEFAULT_SETTINGS, memory: false, customInstructions: 'Be brief.\n"Please."' })
    await store().setSettings('bob', { acrossSessions: false, model: 'small' })
    expect(await store().getSettings('bob')).toEqual({
      memory: false,
      acrossSessions: false,
      customInstructions: 'Be brief.\n"Please."',
      model: 'small',
    })
    expect(await store().getSettings('eve')).toEqual(DEFAULT_SETTINGS)
    expect(await store().setSettings('bob', { model: null, memory: true })).toMatchObject({
      model: null,
      memory: true,
    })
  })
}
