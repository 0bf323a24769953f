import type { Metadata } from 'next'
import { StorageProblem } from '#components/chat/storage-problem.tsx'
import { SettingsPage } from '#components/settings/settings-page.tsx'
import { loadSettings } from '#lib/server/page-data.ts'

export const metadata: Metadata = { title: 'Settings' }

export default async function Page() {
  const loaded = await loadSettings()
  if ('problem' in loaded) return <StorageProblem message={loaded.problem} />
  return <SettingsPage {...loaded.data} />
}
