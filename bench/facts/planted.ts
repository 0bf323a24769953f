import type { Random } from '../../e2e/crash/random.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Something said once that is asked for later: `values` all stand in its text, and nowhere else. */
export type Fact = {
  speaker: 'user' | 'assistant'
  text: string
  values: string[]
  question: string
  /** The word that denies it must stand beside its value. */
  negated?: boolean
  /** A later message that changes it, to other values. */
  update?: { text: string; values: string[] }
}

type Make = (words: Vocabulary, random: Random) => Omit<Fact, 'speaker'>

/** What people tell of themselves. */
const BY_USER: Make[] = [
  (w, r) => {
    const [pet, name, farm] = [r.pick(['dog', 'cat', 'parrot', 'horse', 'tortoise']), w.name(), w.name()]
    const text = r.pick([
      `the ${pet} we have at ${farm} is called ${name}`,
      `We finally got a ${pet} for ${farm}! Named it ${name} after a character in a book.`,
      `I have to take ${name}, our ${pet} at ${farm}, to the vet again.`,
    ])
    return { text, values: [name], question: `What is the name of our ${pet} at ${farm}?` }
  },
  (w, r) => {
    const [kin, name, place] = [
      r.pick(['sister', 'cousin', 'uncle', 'neighbour', 'flatmate']),
      w.name(),
      w.name(),
    ]
    const text = r.pick([
      `My ${kin} ${name} just moved to ${place}.`,
      `${name} (that's my ${kin}) opened a bakery in ${place} last spring`,
      `I'm staying with my ${kin} ${name}, who lives near ${place} these days.`,
    ])
    return { text, values: [name, place], question: `Where does my ${kin} ${name} live?` }
  },
  (w, r) => {
    const [firm, year] = [w.name(), w.number(4)]
    const text = r.pick([
      `I've been working for ${firm} since project ${year} started.`,
      `got the job at ${firm}!! badge number ${year}`,
      `At ${firm}, where I do the books, they gave me staff number ${year}.`,
    ])
    return { text, values: [firm, year], question: `What is my number at ${firm}?` }
  },
  (w, r) => {
    const what = r.pick(['garage', 'locker', 'bike shed', 'cellar', 'studio', 'gate'])
    const [code, place] = [w.number(5), w.name()]
    const text = r.pick([
      `btw the code of the ${what} in ${place} is ${code}`,
      `You get into the ${place} ${what} with ${code}, in case I forget.`,
      `Please remember that ${code} opens the ${what} at ${place}.`,
    ])
    return { text, values: [code], question: `What is the code for the ${what} in ${place}?` }
  },
  (w, r) => {
    const [place, date] = [w.name(), w.date()]
    const text = r.pick([
      `We're flying to ${place} on ${date}.`,
      `The wedding is in ${place}, ${date}, and I'm supposed to give a speech.`,
      `I have an appointment with Dr ${place} on ${date}`,
    ])
    return { text, values: [place, date], question: `When is it that I have ${place}?` }
  },
  (w, r) => {
    const [name, thing, make] = [w.name(), w.thing(), w.name()]
    const text = r.pick([
      `I lent my ${make} ${thing} to ${name} last week.`,
      `${name} is buying my old ${make} ${thing} for cash.`,
      `I learned to repair a ${make} ${thing} from somebody called ${name}.`,
    ])
    return { text, values: [name], question: `Who has to do with the ${make} ${thing}?` }
  },
  (w, r) => {
    const name = w.name()
    const text = r.pick([
      `I don't like ${name} cheese at all.`,
      `I'm not going back to ${name}, ever.`,
      `We never buy from ${name} any more.`,
      `No, I haven't told ${name} about it and I won't.`,
      `I can't take ${name} tablets, they give me a rash`,
      `${name} isn't coming to the party.`,
    ])
    return { text, values: [name], question: `What about ${name}?`, negated: true }
  },
  (w, r) => {
    const [topic, one, two] = [w.name(), w.amount(), w.amount()]
    const text = r.pick([
      `My budget for the ${topic} trip is ${one}.`,
      `I can spend ${one} on the ${topic} trip.`,
      `the ${topic} trip budget: ${one}`,
    ])
    const update = r.pick([
      `Change the ${topic} trip budget to ${two}.`,
      `We talked it over, the budget for the ${topic} trip is ${two} now.`,
      `Actually I can spend ${two} on the ${topic} trip`,
      `Scrap what I said about the ${topic} trip, it's ${two}.`,
    ])
    const question = `What is the budget for the ${topic} trip?`
    return { text, values: [one], question, update: { text: update, values: [two] } }
  },
  (w, r) => {
    const [one, two, club] = [w.date(), w.date(), w.name()]
    const text = r.pick([
      `The ${club} meeting is on ${one}.`,
      `I signed up for the ${club} meeting, ${one}.`,
      `${club} meeting, ${one}, don't let me forget`,
    ])
    const update = r.pick([
      `They moved the ${club} meeting to ${two}.`,
      `The ${club} meeting isn't then after all, it's on ${two}.`,
      `New date for the ${club} meeting: ${two}`,
    ])
    const question = `When is the ${club} meeting?`
    return { text, values: [one], question, update: { text: update, values: [two] } }
  },
  (w, r) => {
    const [one, two, town] = [w.name(), w.name(), w.name()]
    const who = r.pick(['dentist', 'landlord', 'accountant', 'piano teacher', 'boss', 'plumber'])
    const update = r.pick([
      `I have a new ${who} in ${town}, ${two}.`,
      `My ${who} in ${town} is ${two} now.`,
      `${two} has taken over as my ${town} ${who}.`,
    ])
    const text = r.pick([
      `My ${who} in ${town} is ${one}.`,
      `my ${town} ${who}'s name is ${one}`,
      `${one} is my ${who} in ${town}.`,
    ])
    return {
      text,
      values: [one],
      question: `Who is my ${who} in ${town}?`,
      update: { text: update, values: [two] },
    }
  },
]

/** What an assistant finds, books, advises and works out. */
const BY_ASSISTANT: Make[] = [
  (w, r) => {
    const [name, code] = [w.name(), w.code()]
    const text = r.pick([
      `Done! Your table at ${name} is booked, the confirmation number is ${code}.`,
      `I reserved two seats at ${name} for you under ${code}.`,
      `Here are the details:\n- **Place:** ${name}\n- **Reference:** ${code}\nLet me know if anything should change.`,
    ])
    return { text, values: [code], question: `What is the reference of the booking at ${name}?` }
  },
  (w, r) => {
    const [amount, name] = [w.amount(), w.name()]
    const text = r.pick([
      `Adding it all up, the ${name} invoice comes to ${amount} in total.`,
      `The result for ${name}: ${amount}. That includes tax.`,
      `According to the figures you pasted, ${name} costs ${amount} a year.`,
    ])
    return { text, values: [amount], question: `How much is ${name}?` }
  },
  (w, r) => {
    const [name, other] = [w.name(), w.name()]
    const text = r.pick([
      `For a weekend like that I'd recommend ${name}; the old harbour by ${other} is lovely in the evening.`,
      `You could try the ${name} method: it was developed by ${other} for beginners.`,
      `A good book on this is "${name}" by ${other}.`,
    ])
    return { text, values: [name, other], question: `What did you suggest about ${name}?` }
  },
  (w, r) => {
    const [part, model] = [w.code(), w.name()]
    const text = r.pick([
      `The filter that fits your ${model} heater is part ${part}.`,
      `Looking at the manual, error ${part} on the ${model} means that the pump is blocked.`,
      `For the ${model} you need the cable with the number ${part}, not the shorter one.`,
    ])
    return { text, values: [part], question: `Which part or error was it for the ${model}?` }
  },
  (w, r) => {
    const [time, line, stop] = [w.time(), w.number(3), w.name()]
    const text = r.pick([
      `Bus ${line} to ${stop} leaves at ${time}.`,
      `The last train to ${stop} is the ${line}, at ${time} from platform 2.`,
      `Take line ${line} and get off at ${stop}; the ride is about half an hour.`,
    ])
    return { text, values: [line, stop], question: `How do I get to ${stop}?` }
  },
  (w, r) => {
    const name = w.name()
    const text = r.pick([
      `Please note that ${name} does not open on Mondays.`,
      `There is no ferry to ${name} in winter.`,
      `You shouldn't mix it with ${name} cleaner.`,
    ])
    return { text, values: [name], question: `What should I know about ${name}?`, negated: true }
  },
  (w, r) => {
    const [one, two, name] = [w.amount(), w.amount(), w.name()]
    const text = r.pick([`The ${name} quote is ${one}.`, `${name} would charge ${one} for the roof.`])
    const update = r.pick([
      `I have to correct myself: the ${name} quote is ${two}.`,
      `${name} has lowered its price, it would charge ${two} for the roof.`,
    ])
    return {
      text,
      values: [one],
      question: `How much is the ${name} quote?`,
      update: { text: update, values: [two] },
    }
  },
]

/** Half of the facts are said by the assistant. */
export function plantFact(words: Vocabulary, random: Random): Fact {
  const speaker = random.chance(0.5) ? 'user' : 'assistant'
  return { speaker, ...random.pick(speaker === 'user' ? BY_USER : BY_ASSISTANT)(words, random) }
}
