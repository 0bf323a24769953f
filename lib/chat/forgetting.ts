import type { Store } from '#lib/memory/store/store.ts'
import { toVersions } from './memory-panel.ts'
import type { ForgetPreview, ForgetReport } from './memory-types.ts'
import { sessionAt } from './session-address.ts'
import { firstWords } from './titles.ts'

/** Forgetting for good, with a report. `null`: there is nothing of that name. */
export type Forgetting = {
  preview(user: string, session: string, messageId: string): Promise<ForgetPreview | null>
  message(user: string, session: string, messageId: string): Promise<ForgetReport | null>
  everything(user: string): Promise<ForgetReport>
}

/** When a chat has no message of the person's left. */
const NAMELESS = 'Chat without a name'

export function createForgetting(deps: {
  store: Store
  now: () => number
  /** The files are to be scrubbed, and what the summaries no longer cover folded again. */
  afterForgetting: () => void
}): Forgetting {
  const { store, now, afterForgetting } = deps

  return {
    async preview(user, session, messageId) {
      const ref = await sessionAt(store, user, session)
      const going = await store.previewForget(ref, messageId)
      if (!going) return null
      const { summaryIds, ...report } = going
      const versions = toVersions(await store.outlineSummaries(ref))
        .filter(({ id }) => summaryIds.includes(id))
        .map(({ number }) => number)
      return { ...report, versions: versions.reverse() }
    },

    async message(user, session, messageId) {
      const ref = await sessionAt(store, user, session)
      const titleOf = (oldest: string | null) => (oldest && firstWords(oldest)) || NAMELESS
      const report = await store.forgetMessage(ref, messageId, titleOf)
      if (!report) return null
      await store.enqueueJob(ref, { kind: 'compaction', dueAt: now() })
      afterForgetting()
      return report
    },

    async everything(user) {
      const report = await store.forgetEverything(user)
      afterForgetting()
      return report
    },
  }
}
