import { expect, test } from 'vitest'
import { decodeEntities } from './entities.ts'
import { safeLink, showsHost } from './safe-link.ts'

test.each([
  ['https://example.com/a?b#c', 'example.com'],
  ['http://example.com:8080', 'example.com:8080'],
  ['HTTPS://EXAMPLE.com', 'example.com'],
  ['https://bank.com@evil.example/', 'evil.example'],
  ['https://аpple.com', 'xn--pple-43d.com'],
  ['mailto:a@example.com', 'a@example.com'],
])('%s goes to %s', (target, host) => {
  expect(safeLink(target)?.host).toBe(host)
})

test.each([
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  decodeEntities('javascript&#58;alert(1)'),
  'data:text/html,<script>1</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://example.com/x',
  '//example.com',
  '/s/1',
  '#a',
  'example.com',
  'https://',
  '',
  `https://example.com/${'a'.repeat(5_000)}`,
])('%j is no link', (target) => {
  expect(safeLink(target)).toBeNull()
})

test('a text shows the host only when it begins with exactly that host', () => {
  expect(showsHost('https://example.com/a', 'example.com')).toBe(true)
  expect(showsHost('www.example.com', 'example.com')).toBe(true)
  expect(showsHost('Example.com', 'example.com')).toBe(true)
  expect(showsHost('a@example.com', 'a@example.com')).toBe(true)
  expect(showsHost('example.com.evil.example', 'example.com')).toBe(false)
  expect(showsHost('https://bank.com', 'evil.example')).toBe(false)
  expect(showsHost('the docs', 'example.com')).toBe(false)
})

test('character references read as the characters they are', () => {
  expect(decodeEntities('a &amp; b &lt;c&gt; &#39;d&#x27; &nope; &')).toBe("a & b <c> 'd' &nope; &")
  expect(decodeEntities('&#0;&#xD800;&#x110000;')).toBe('\ufffd\ufffd\ufffd')
})
