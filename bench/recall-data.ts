import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A conversation with questions, and the turns that answer each. */
export type Conversation = { id: string; turns: Turn[]; questions: Question[] }
export type Turn = { id: string; role: string; speaker: string; at: string; text: string }
export type Question = { text: string; type: string; evidence: string[] }

export type DataSet = { name: string; conversations: Conversation[] }

const FOLDER = fileURLToPath(new URL('../../shared/data/recall/', import.meta.url))
const SETS = { LoCoMo: 'locomo-dev.json', 'BEAM 100K': 'beam-100k-dev.json' }

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)

/** The data is no part of the project: a set that is not beside it is left out, and said so. */
export function readSets(): DataSet[] {
  return Object.entries(SETS).flatMap(([name, file]) => {
    const path = `${FOLDER}${file}`
    if (!existsSync(path)) {
      console.log(`${name} is left out: ../shared/data/recall/${file} is not there.`)
      return []
    }
    const { conversations } = JSON.parse(readFileSync(path, 'utf8')) as { conversations: Conversation[] }
    return [{ name, conversations }]
  })
}

/** When each turn was said, in ISO 8601; a turn without a time of its own has that of the one before. */
export function timesOf(turns: readonly Turn[]): (string | undefined)[] {
  let last: string | undefined
  return turns.map(({ at }) => {
    last = readTime(at) ?? last
    return last
  })
}

/** "1:56 pm on 8 May, 2023" and "March-15-2024". */
function readTime(text: string): string | undefined {
  const [, hour, minute, half, day, month, year] =
    /^(\d+):(\d+) (am|pm) on (\d+) (\w+), (\d+)$/u.exec(text) ?? []
  if (year !== undefined) {
    const hours = (Number(hour) % 12) + (half === 'pm' ? 12 : 0)
    return iso(year, month, day, hours, Number(minute))
  }
  const [, named, date, inYear] = /^(\w+)-(\d+)-(\d+)$/u.exec(text) ?? []
  return inYear === undefined ? undefined : iso(inYear, named, date, 12, 0)
}

const iso = (year: string, month = '', day = '', hour: number, minute: number) =>
  new Date(Date.UTC(Number(year), MONTHS.indexOf(month), Number(day), hour, minute)).toISOString()
