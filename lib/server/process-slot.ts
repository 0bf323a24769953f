/**
 * One value per process, whatever the number of copies of a module in it: Next gives instrumentation, pages and route
 * handlers separate ones, and the self-hosted server in front of it has its own.
 */
export function processSlot<T>(name: string): { get(): T | undefined; set(value: T | undefined): void } {
  const key = Symbol.for(`motorhead-chat.${name}`)
  const slots = globalThis as unknown as Record<symbol, T | undefined>
  return {
    get: () => slots[key],
    set: (value) => {
      slots[key] = value
    },
  }
}
