/** What `access` to the browser's storage answers; `null` where that is forbidden, as in some private windows, or full. */
export function safely<T>(access: () => T): T | null {
  try {
    return access()
  } catch {
    return null
  }
}
