import { createRandom, type Random } from '../../e2e/crash/random.ts'
import { type Fact, plantFact } from './planted.ts'
import { createVocabulary } from './vocabulary.ts'

export type Told = { role: 'user' | 'assistant'; content: string; createdAt: number }
/** A fact with the places in the story where it, and what changed it, was said. */
export type Planted = Fact & { at: number; updatedAt: number | null }
export type Story = { messages: Told[]; facts: Planted[] }

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 5)
/** How many messages later a fact is changed, at most. */
const UPDATE_WITHIN = 60

/**
 * A conversation of `length` messages in which `share` of them hold a fact. The rest is talk; facts stand alone or between
 * two sentences of it. The same seed tells the same story.
 */
export function tellStory(length: number, seed: number, share: number): Story {
  const random = createRandom(seed)
  const words = createVocabulary(random)
  const facts: Planted[] = []
  const due = new Map<number, Planted>()
  let at = START
  const messages = Array.from({ length }, (_, index): Told => {
    at += random.chance(0.04) ? random.int(6, 72) * 60 * MINUTE : random.int(1, 9) * MINUTE
    const role = index % 2 === 0 ? 'user' : 'assistant'
    const changed = due.get(index)
    if (changed?.update) {
      changed.updatedAt = index
      return { role, content: wrap(changed.update.text, role, random), createdAt: at }
    }
    if (!random.chance(share)) return { role, content: talk(role, random), createdAt: at }
    const planted = plantOf(role, index)
    return { role, content: wrap(planted.text, role, random), createdAt: at }
  })
  return { messages, facts }

  function plantOf(role: Told['role'], index: number): Planted {
    let fact = plantFact(words, random)
    while (fact.speaker !== role) fact = plantFact(words, random)
    const planted: Planted = { ...fact, at: index, updatedAt: null }
    facts.push(planted)
    const later = index + 2 * random.int(1, UPDATE_WITHIN / 2)
    if (fact.update && later < length && !due.has(later)) due.set(later, planted)
    return planted
  }
}

function wrap(fact: string, role: Told['role'], random: Random): string {
  const parts = [
    random.chance(0.3) ? talk(role, random) : random.chance(0.35) ? random.pick(BEFORE[role]) : '',
    fact,
    random.chance(0.3) ? talk(role, random) : random.chance(0.35) ? random.pick(AFTER[role]) : '',
  ]
  return parts
    .filter((part) => part !== '')
    .map((part) => (/[.!?\n]$/u.test(part) || part === parts.at(-1) ? part : `${part}.`))
    .join(' ')
}

function talk(role: Told['role'], random: Random): string {
  const lines = Array.from({ length: random.int(1, role === 'user' ? 3 : 5) }, () => random.pick(TALK[role]))
  return [...new Set(lines)].join(' ')
}

const BEFORE = {
  user: ['Oh, before I forget.', 'So, long day.', 'haha yes', 'Something else:', 'Thanks, that helps.', 'ok'],
  assistant: [
    'Good question!',
    'Of course.',
    'I see what you mean.',
    'Thanks for telling me.',
    'Sure, here you go.',
  ],
}
const AFTER = {
  user: [
    'What do you think?',
    'Anyway.',
    "Let's talk about the weather then.",
    'lol',
    'Can you keep that in mind?',
  ],
  assistant: ['Is there anything else?', 'Let me know how it goes!', 'I hope that helps.', 'Enjoy!'],
}
const TALK = {
  user: [
    'how are you today',
    'Why is the sky blue?',
    'That made me laugh.',
    'Tell me something nice about autumn.',
    'I should go to bed earlier, really.',
    'hm, interesting',
    'Could you explain that in simpler words?',
    'It rained the whole day here.',
    "I'm a bit tired, to be honest.",
    'ok thanks!',
    'What would you cook with just eggs and rice?',
    'I watched a film about penguins yesterday and it was alright.',
    'Do you think people talk too much?',
    'I want to read more this year.',
    'I have 2 meetings tomorrow and no time for lunch, as always.',
    'My head hurts a little today.',
    'I like rain when I am inside.',
    "We don't need to decide that now.",
    'I got up at 6 and had three coffees already.',
    'On Monday everything was so slow again.',
    'Remember how it was in the old days?',
    'I used to live closer to the sea, it was nice.',
    'My friends say I worry too much about small things.',
    "I can't decide what to wear, it is cold and sunny at the same time.",
  ],
  assistant: [
    "I'm glad to hear that!",
    'Light is scattered by the air, and blue light is scattered the most.',
    'Autumn has clear air, long shadows and the smell of leaves.',
    'A short walk after lunch helps many people to sleep better.',
    'It depends on what you enjoy.',
    'Fried rice is quick: heat the pan well, and add the eggs last.',
    'Some people find silence uncomfortable, others need it.',
    'That is a matter of taste, of course.',
    'Rest is as useful as practice when you learn something.',
    'Penguins huddle to keep warm and take turns on the outside.',
    'There is no hurry; small steps are fine.',
    'A rule of thumb is 1 part of rice to 2 parts of water.',
    '1. Boil the water. 2. Add salt. 3. Cook the pasta for 9 minutes.',
    'I suggest that you take a break of 10 minutes every hour.',
    'Most adults need 7 to 9 hours of sleep.',
    'In Japan, Korea and China rice is eaten every day.',
    'Your plan is sound, but do not forget to rest.',
    'The total amount of work is often smaller than it looks.',
    'The Romans built roads that lasted 2,000 years.',
    "You don't have to be good at it to enjoy it.",
  ],
}
