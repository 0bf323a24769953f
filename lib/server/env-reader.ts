export type Env = Readonly<Record<string, string | undefined>>

/** Names whose value is never shown, whole or in part. */
const SECRET_NAME = /SECRET|KEY|TOKEN|PASSWORD|DATABASE_URL/

/**
 * Reads typed values out of environment variables and collects a sentence for each bad one. Blank counts as unset.
 * After a bad value the fallback is answered, so that all problems are found in one go: look at `problems` at the end.
 */
export function createEnvReader(env: Env) {
  const problems: string[] = []

  const problem = (sentence: string) => {
    if (!problems.includes(sentence)) problems.push(sentence)
  }
  const reject = (name: string, value: string, wayOut: string) =>
    problem(`${name} is ${shown(name, value)}: ${wayOut}.`)

  const text = (name: string): string | undefined => env[name]?.trim() || undefined

  return {
    problems,
    problem,
    reject,
    text,

    choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
      const value = text(name)
      if (value === undefined) return fallback
      const choice = choices.find((known) => known === value)
      if (choice === undefined) reject(name, value, `use ${list(choices)}`)
      return choice ?? fallback
    },

    integer(name: string, { fallback, min, max }: { fallback: number; min: number; max: number }): number {
      const value = text(name)
      if (value === undefined) return fallback
      const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
      if (number >= min && number <= max) return number
      reject(name, value, `use a whole number from ${min} to ${max}`)
      return fallback
    },

    flag(name: string, fallback: boolean): boolean {
      const value = text(name)?.toLowerCase()
      if (value === undefined) return fallback
      if (['1', 'true', 'yes', 'on'].includes(value)) return true
      if (['0', 'false', 'no', 'off'].includes(value)) return false
      reject(name, value, 'use true or false')
      return fallback
    },

    url(name: string): URL | undefined {
      const value = text(name)
      if (value === undefined) return undefined
      const url = URL.parse(value)
      if (url === null || !['http:', 'https:'].includes(url.protocol)) {
        reject(name, value, 'give a whole address that starts with http:// or https://')
        return undefined
      }
      if (url.username !== '' || url.password !== '') {
        problem(`${name} holds a user name or password: give the address without them.`)
        return undefined
      }
      return url
    },

    /** A credential for a header: printable, without spaces. */
    key(name: string): string | undefined {
      const value = text(name)
      if (value === undefined || /^[\x21-\x7e]+$/.test(value)) return value
      reject(name, value, 'give it without spaces, quotes around it or line breaks')
      return undefined
    },
  }
}

/** A value as it may stand in an error message: short, printable, and nothing of a secret but its length. */
function shown(name: string, value: string): string {
  if (SECRET_NAME.test(name)) return `not usable (${value.length} characters, not shown)`
  const printable = value
    .replace(/\/\/[^/@]*@/, '//***@')
    .replace(/\/k\/[^/]+/, '/k/***')
    .replace(/[^\x20-\x7e]/g, '?')
  return printable.length > 60 ? `"${printable.slice(0, 60)}…"` : `"${printable}"`
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

export type EnvReader = ReturnType<typeof createEnvReader>
