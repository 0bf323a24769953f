import { expect, test } from 'vitest'
import { closeTail } from './close-tail.ts'

test.each([
  ['some **bold', 'some **bold**'],
  ['some **bold*', 'some **bold**'],
  ['some **bold *both', 'some **bold *both***'],
  ['some **bold ', 'some **bold** '],
  ['some **', 'some'],
  ['a `code', 'a `code`'],
  ['a ``co`de`', 'a ``co`de``'],
  ['a ~~gone', 'a ~~gone~~'],
  ['a snake_case word', 'a snake_case word'],
  ['2 * 3 * 4', '2 * 3 * 4'],
  ['see [the docs', 'see the docs'],
  ['see [the docs](https://exam', 'see the docs'],
  ['see ![the picture](https://exam', 'see the picture'],
  ['see [the docs](https://a.example)', 'see [the docs](https://a.example)'],
  ['all **closed** and `done`', 'all **closed** and `done`'],
  ['escaped \\*star', 'escaped \\*star'],
  ['$a_1 * b$ then', '$a_1 * b$ then'],
  ['text\n-', 'text\n'],
  ['text\n=', 'text\n'],
])('while it is written, %j reads %j', (raw, calm) => {
  expect(closeTail(raw, 'paragraph')).toBe(calm)
})

test('a heading, an item or a quote without its text is held back', () => {
  expect(closeTail('##', 'heading')).toBe('')
  expect(closeTail('- a\n-', 'list')).toBe('- a\n')
  expect(closeTail('- [ ', 'list')).toBe('- ')
  expect(closeTail('>', 'blockquote')).toBe('')
})

test('emphasis does not reach from one item or cell into the next', () => {
  expect(closeTail('- a **b\n- c', 'list')).toBe('- a **b\n- c')
  expect(closeTail('| a |\n|---|\n| **b', 'table')).toBe('| a |\n|---|\n| **b**')
})

test('the head of a table is a table at once', () => {
  expect(closeTail('| a | b', 'paragraph')).toBe('| a | b |\n| --- | --- |')
  expect(closeTail('| a | b |\n|--', 'paragraph')).toBe('| a | b |\n| --- | --- |')
  expect(closeTail('| a |\ntext', 'paragraph')).toBe('| a |\ntext')
})

test('code keeps its text, but half of its closing fence is held back', () => {
  expect(closeTail('```js\nlet **a', 'code')).toBe('```js\nlet **a')
  expect(closeTail('```js\nlet a\n``', 'code')).toBe('```js\nlet a\n')
  expect(closeTail('- item\n  ```js\n  let [a', 'list')).toBe('- item\n  ```js\n  let [a')
})
