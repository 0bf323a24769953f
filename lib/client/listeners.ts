/** Who wants to hear that a store has changed. One that leaves while they are told is told once more. */
export function createListeners() {
  const listeners = new Set<() => void>()
  return {
    /** Answers the way to leave. */
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell(): void {
      for (const listener of [...listeners]) listener()
    },
  }
}
