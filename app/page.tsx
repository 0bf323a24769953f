import { NewChatPage } from '#components/chat/chat-route.tsx'
import { StorageProblem } from '#components/chat/storage-problem.tsx'
import { loadModel } from '#lib/server/page-data.ts'

export default async function Page() {
  const model = await loadModel()
  return 'problem' in model ? <StorageProblem message={model.problem} /> : <NewChatPage model={model.data} />
}
