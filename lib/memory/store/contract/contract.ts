import { afterEach, beforeEach, describe } from 'vitest'
import type { Store } from '../store.ts'
import { clientContract } from './client.ts'
import { embeddingsContract } from './embeddings.ts'
import { findingContract } from './finding.ts'
import { forgettingContract } from './forgetting.ts'
import { jobsContract } from './jobs.ts'
import { keysContract } from './keys.ts'
import { limitsContract } from './limits.ts'
import { memoryContract } from './memory.ts'
import { remoteContract } from './remote.ts'
import { runsContract } from './runs.ts'
import { createScene } from './scene.ts'
import { searchContract } from './search.ts'
import { sessionsContract } from './sessions.ts'
import { settingsContract } from './settings.ts'
import { transferContract } from './transfer.ts'
import { treeContract } from './tree.ts'
import { usageContract } from './usage.ts'

/** The suite that every store passes: `describeStore('sqlite', async () => createSqliteStore(':memory:'))`. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  let store: Store
  const current = () => store
  const scene = createScene(current)

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  describe(`${name}: sessions`, () => sessionsContract(current, scene))
  describe(`${name}: settings`, () => settingsContract(current))
  describe(`${name}: the tree`, () => treeContract(current, scene))
  describe(`${name}: memory`, () => memoryContract(current, scene))
  describe(`${name}: embeddings`, () => embeddingsContract(current, scene))
  describe(`${name}: search`, () => searchContract(current, scene))
  describe(`${name}: export and import`, () => transferContract(current, scene))
  describe(`${name}: finding`, () => findingContract(current, scene))
  describe(`${name}: forgetting`, () => forgettingContract(current, scene))
  describe(`${name}: a Motörhead elsewhere`, () => remoteContract(current, scene))
  describe(`${name}: jobs`, () => jobsContract(current, scene))
  describe(`${name}: runs`, () => runsContract(current, scene))
  describe(`${name}: programs`, () => clientContract(current, scene))
  describe(`${name}: usage`, () => usageContract(current, scene))
  describe(`${name}: limits`, () => limitsContract(current, scene))
  describe(`${name}: keys`, () => keysContract(current))
}
