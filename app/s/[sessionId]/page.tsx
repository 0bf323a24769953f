import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { SessionPage } from '#components/chat/chat-route.tsx'
import { StorageProblem } from '#components/chat/storage-problem.tsx'
import { loadSession } from '#lib/server/page-data.ts'

type Props = { params: Promise<{ sessionId: string }> }

const load = cache(loadSession)

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const loaded = await load((await params).sessionId)
  const title = 'data' in loaded ? loaded.data.view?.session.title : undefined
  return title ? { title } : {}
}

export default async function Page({ params }: Props) {
  const loaded = await load((await params).sessionId)
  if ('problem' in loaded) return <StorageProblem message={loaded.problem} />
  const { view, model } = loaded.data
  if (!view) notFound()
  return <SessionPage view={view} model={model} />
}
