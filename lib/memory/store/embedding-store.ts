import type { Stand, Stretch } from './search-scope.ts'
import type { Hit, Message, SearchScope, SessionRef } from './store.ts'

/** A message whose meaning is to be computed. */
export type Unembedded = Pick<Message, 'id' | 'content' | 'name' | 'createdAt'>

/** Of length 1, so that the product of two is their cosine. */
export type Vector = Float32Array

/** A session that a scope searches, and what it has of a model; `key` names it within the store, as long as that is open. */
export type EmbeddedSession = SessionRef & {
  key: number
  path: Stretch[]
  count: number
  /** The highest `seq` among its vectors. */
  newest: number
}

/** Where a message stands, of which there is a vector; a later vector of a session has a higher `seq`. */
export type EmbeddedMessage = Stand & Pick<Hit, 'createdAt' | 'isReply'> & { seq: number }

/** What messages mean, as vectors of a model. A vector goes with its message, whoever removes that. */
export interface EmbeddingStore {
  /** Messages of all branches of a session that have no vector of this model, or have grown since. Oldest first. */
  listUnembedded(ref: SessionRef, options: { model: string; limit: number }): Promise<Unembedded[]>
  /** Keeps vectors of messages; that of one which is gone or says something else by now is dropped. */
  saveEmbeddings(
    ref: SessionRef,
    model: string,
    embedded: { id: string; content: string; vector: Vector }[],
  ): Promise<void>
  /** The sessions of a scope that have vectors of a model, those with the newest ones first. */
  listEmbedded(scope: SearchScope, model: string): Promise<EmbeddedSession[]>
  /** A session's vectors, of all of its branches: those after a `seq`, the lowest first. */
  readVectors(
    key: number,
    page: { model: string; after: number; limit: number },
  ): Promise<(EmbeddedMessage & { vector: Vector })[]>
}
