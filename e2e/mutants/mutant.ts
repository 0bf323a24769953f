/**
 * Bugs that this project must never have, each as a small change of its source: those of the original memory server and the
 * usual ones of such stores. `find` occurs exactly once in `file`; `tests` are the ordinary tests that must fail then.
 */
export type Mutant = { bug: string; file: string; find: string; replace: string; tests: string[] }
