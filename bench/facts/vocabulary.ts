import type { Random } from '../../e2e/crash/random.ts'

/** Words that nobody has used before: a value that is found again was remembered, and not guessed. */
export type Vocabulary = {
  /** A name of a person, a place or a firm, like "Velmora". */
  name(): string
  /** A number with so many digits, never given twice. */
  number(digits: number): string
  /** An amount of money, like "4,310". */
  amount(): string
  /** Letters and digits, like "QX-4821". */
  code(): string
  /** A day of some year, like "14 March 2031". */
  date(): string
  time(): string
  thing(): string
}

const BEGIN =
  'Bal Cor Dra El Far Gim Hal Is Jor Kel Lum Mor Nev Or Pel Quin Ros Sal Tor Ul Vel Wes Yar Zan Bri Cla'.split(
    ' ',
  )
const MIDDLE = 'a e i o u an or il em ar os ind av esh ul'.split(' ')
const END = 'ra dor vane mir ska ton bury lia nex dale mark fell quist sen ova rick stead wyn'.split(' ')
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)
const THINGS =
  'kayak cello greenhouse scooter telescope loom accordion trailer beehive kiln sailboat drone treadmill pergola typewriter harp canoe aquarium sidecar hammock'.split(
    ' ',
  )

/** So often the same again means that most are given away. */
const TRIES = 20

export function createVocabulary(random: Random): Vocabulary {
  const given = new Set<string>()
  /** `longer`: how much longer than usual it is to be, as what is usual may all be given away in a long story. */
  function fresh(make: (longer: number) => string): string {
    for (let tries = 0; ; tries++) {
      const value = make(Math.floor(tries / TRIES))
      if (given.has(value)) continue
      given.add(value)
      return value
    }
  }
  const letter = () => LETTERS[random.int(0, LETTERS.length - 1)]
  const digits = (count: number) => String(random.int(10 ** (count - 1), 10 ** count - 1))

  return {
    name: () =>
      fresh((longer) => {
        const syllables = random.int(1, 2) + longer
        const middle = Array.from({ length: syllables }, () => random.pick(MIDDLE)).join('')
        return random.pick(BEGIN) + middle + random.pick(END)
      }),
    number: (count) => fresh((longer) => digits(count + longer)),
    amount: () => fresh((longer) => random.int(1000, 999_999 * 10 ** longer).toLocaleString('en')),
    code: () =>
      fresh((longer) =>
        random.pick([
          `${letter()}${letter()}-${digits(4 + longer)}`,
          `${letter()}${digits(3 + longer)}${letter()}${letter()}`,
          `${digits(2 + longer)}-${letter()}${letter()}${letter()}-${digits(2)}`,
        ]),
      ),
    date: () =>
      fresh(
        (longer) => `${random.int(1, 28)} ${random.pick(MONTHS)} ${random.int(2027, 2150 + 1000 * longer)}`,
      ),
    time: () => `${random.int(1, 12)}:${random.int(10, 59)} ${random.pick(['am', 'pm'])}`,
    thing: () => random.pick(THINGS),
  }
}
