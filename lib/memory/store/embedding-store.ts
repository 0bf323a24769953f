import type { Hit, Message, SearchScope, SessionRef } from './store.ts'

/** A message whose meaning is to be computed. */
export type Unembedded = Pick<Message, 'id' | 'content' | 'name' | 'createdAt'>

/** Of length 1, so that the product of two is their cosine. */
export type Vector = Float32Array

export type EmbeddedHit = Omit<Hit, 'score'> & { vector: Vector }

/** A page, newest first; `next` is where the one after it begins, `null` at the end. */
export type EmbeddedPage = { hits: EmbeddedHit[]; next: number | null }

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
  /** What a scope searches, with its vectors; `before` is the `next` of the page before. */
  readEmbeddings(
    scope: SearchScope,
    page: { model: string; limit: number; before?: number },
  ): Promise<EmbeddedPage>
}
