import { expect } from '@playwright/test'
import { test } from './fixtures.ts'

test('[A15] a reply written again is 2/2, and back is 1/2 with its own tail', async ({ chat, llm }) => {
  llm.when('pick a colour', { say: 'red' })
  await chat.open()
  const first = await chat.ask('pick a colour')
  await expect(first).toContainText('red')
  await chat.ask('more about red')
  llm.when('pick a colour', { say: 'blue' })
  await chat.action(chat.replies.first(), 'Regenerate')
  await expect(chat.replies.first()).toContainText('blue')
  await chat.settled()
  await expect(chat.replies).toHaveCount(1)
  await expect(chat.replies.first()).toContainText('2/2')
  await chat.action(chat.replies.first(), 'Previous version')
  await expect(chat.replies.first()).toContainText('1/2')
  await expect(chat.replies.first()).toContainText('red')
  await expect(chat.questions.last()).toContainText('more about red')
  await chat.reload()
  await expect(chat.questions.last()).toContainText('more about red')
  await chat.action(chat.replies.first(), 'Next version')
  await expect(chat.replies.first()).toContainText('blue')
  await expect(chat.replies).toHaveCount(1)
})

test('[A16] an edited message is a sibling, both survive a reload, and memory follows the branch shown', async ({
  chat,
  llm,
  page,
}) => {
  await chat.open()
  await chat.ask('my cat is called Tom')
  await chat.action(chat.questions.first(), 'Edit')
  const editor = page.getByRole('textbox', { name: 'Edit message' })
  await expect(editor).toBeFocused()
  await editor.press('Escape')
  await expect(editor).toBeHidden()
  await chat.action(chat.questions.first(), 'Edit')
  await editor.fill('my cat is called Ann')
  await editor.press('Enter')
  await expect(chat.questions.first()).toContainText('Ann')
  await chat.settled()
  await expect(chat.questions.first()).toContainText('2/2')
  await chat.ask('who is my cat?')
  const prompt = llm.repliesTo('who is my cat?').at(-1)?.prompt
  expect(prompt).toContain('Ann')
  expect(prompt).not.toContain('Tom')
  await chat.reload()
  await expect(chat.questions.first()).toContainText('Ann')
  await chat.action(chat.questions.first(), 'Previous version')
  await expect(chat.questions.first()).toContainText('Tom')
  await expect(chat.questions).toHaveCount(1)
})

test('[A17] a stopped reply can be answered', async ({ chat, llm }) => {
  llm.when('cut this short', { say: 'partial words ', hold: true })
  await chat.open()
  await chat.say('cut this short')
  await expect(chat.replies.last()).toContainText('partial words')
  await chat.stop.click()
  await expect(chat.replies.last()).toContainText('Stopped.')
  await expect(await chat.ask('go on without')).toContainText('That is noted.')
  expect(llm.repliesTo('go on without').at(-1)?.prompt).toContain('partial words')
})

test('[A18] what was said only on another branch is in neither window, summary nor retrieval of this one', async ({
  chat,
  llm,
}) => {
  test.slow()
  const promptFor = async (question: string) => {
    await chat.ask(question)
    return llm.repliesTo(question).at(-1)?.prompt ?? ''
  }
  await chat.open()
  await chat.ask('hello')
  await chat.talk('the secret word is turquoise', 9)
  await chat.action(chat.questions.nth(1), 'Edit')
  const editor = chat.page.getByRole('textbox', { name: 'Edit message' })
  await editor.fill('there is a secret word, and I keep it')
  await editor.press('Enter')
  await expect(chat.questions).toHaveCount(2)
  await chat.settled()
  expect(await promptFor('what is the secret word, from the window?')).not.toContain('turquoise')
  await chat.talk('now something else', 9)
  const folded = await promptFor('what is the secret word, from long ago?')
  expect(folded).toContain('I keep it')
  expect(folded).not.toContain('turquoise')
  // The other branch still has it, from far outside of its window: the search would have found it here, too.
  await chat.action(chat.questions.nth(1), 'Previous version')
  await expect(chat.questions.nth(1)).toContainText('turquoise')
  expect(await promptFor('what is the secret word, on its own branch?')).toContain('turquoise')
})
