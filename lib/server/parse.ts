import type { z } from 'zod'
import { HttpError } from './http-error.ts'

/** The value in its checked form. Refuses with a sentence that names the field and what is wrong, never the value. */
export function parseWith<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = firstIssue(parsed.error.issues)
  const tooLarge = issue.code === 'custom' && issue.params?.tooLarge === true
  throw new HttpError(tooLarge ? 413 : 400, tooLarge ? 'too-large' : 'bad-request', sentence(issue))
}

/** Repeated names are refused: which one counts would be a guess. */
export function parseQuery<S extends z.ZodType>(schema: S, query: URLSearchParams): z.output<S> {
  const names = [...query.keys()]
  if (new Set(names).size < names.length) {
    throw new HttpError(400, 'bad-request', 'The address gives a parameter more than once.')
  }
  return parseWith(schema, Object.fromEntries(query))
}

type Issue = z.core.$ZodIssue

/** Of a union, the alternative that came closest: with the fewest issues. */
function firstIssue(issues: Issue[]): Issue {
  const [issue] = issues
  if (issue === undefined) throw new Error('zod refused a value without an issue')
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue
  const closest = issue.errors.reduce((best, errors) => (errors.length < best.length ? errors : best))
  return firstIssue(closest)
}

function sentence(issue: Issue): string {
  const field = issue.path.map(String).join('.')
  const subject = field === '' ? 'The request' : `"${field}"`
  switch (issue.code) {
    case 'custom':
    case 'invalid_format':
    case 'too_big':
      return `${subject} ${issue.message}.`
    case 'unrecognized_keys':
      return `${subject} has a field that is not known here.`
    case 'invalid_type':
      return `${subject} must be of the type ${issue.expected}.`
    default:
      return `${subject} has a value that is not allowed.`
  }
}
