import { NewChatPage } from '#components/chat/chat-route.tsx'
import { StorageProblem } from '#components/chat/storage-problem.tsx'
import { loadModel, loadSessions } from '#lib/server/page-data.ts'

export default async function Page() {
  const [model, { sessions }] = await Promise.all([loadModel(), loadSessions()])
  if ('problem' in model) return <StorageProblem message={model.problem} />
  return <NewChatPage model={model.data} firstRun={sessions.length === 0} />
}
