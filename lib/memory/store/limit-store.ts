/** So many of something in a window of time, by whoever shares the key. */
export type Allowance = {
  /** What it limits, for the one who is refused. */
  name: string
  key: string
  limit: number
  /** The window begins with the first one taken and ends so much later. */
  windowMs: number
}

export interface LimitStore {
  /**
   * Takes one from each of the allowances, or from none: then it throws `limit-reached` (see `LimitReached`). Exact across
   * all processes on the database, also at once.
   */
  spend(allowances: readonly Allowance[], now: number): Promise<void>
}
