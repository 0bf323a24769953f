import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ArchiveError, readArchive, writeArchive } from './archive.ts'
import { createSqliteStore } from './store/sqlite/sqlite-store.ts'
import type { NewMessage, SessionRef, Store } from './store/store.ts'

const bob: SessionRef = { namespace: 'bob', sessionId: 's1' }
const AT = Date.UTC(2026, 10, 25)

let store: Store
beforeEach(() => {
  store = createSqliteStore(':memory:')
})
afterEach(() => store.close())

async function write(from: Store, namespace?: string): Promise<string> {
  const parts = await Array.fromAsync(writeArchive(from, { at: AT, ...(namespace && { namespace }) }))
  return parts.join('')
}

async function into(target: Store, file: string): Promise<void> {
  await target.importSessions(
    readArchive(file).map(({ namespace, tree }) => ({ namespace: namespace ?? 'importer', tree })),
  )
}

const said = (id: string, content = `text ${id}`): NewMessage => ({
  id,
  role: 'user',
  content,
  createdAt: AT,
})

describe('the archive', () => {
  it('is one readable JSON file', async () => {
    await store.appendMessages(bob, [{ ...said('m1', 'hi im bob'), name: 'Bob' }], { title: 'A chat' })
    expect(await write(store)).toBe(`{
  "format": "motorhead-chat",
  "version": 1,
  "exportedAt": "2026-11-25T00:00:00.000Z",
  "sessions": [
    {
      "namespace": "bob",
      "id": "s1",
      "title": "A chat",
      "titleSource": "first-words",
      "pinned": false,
      "headId": "m1",
      "createdAt": "2026-11-25T00:00:00.000Z",
      "updatedAt": "2026-11-25T00:00:00.000Z",
      "messages": [
        {
          "id": "m1",
          "parentId": null,
          "role": "user",
          "status": "complete",
          "name": "Bob",
          "text": "hi im bob",
          "createdAt": "2026-11-25T00:00:00.000Z"
        }
      ],
      "summaries": []
    }
  ]
}
`)
  })

  it('holds no session when there is none, and those of one namespace when asked', async () => {
    expect(readArchive(await write(store))).toEqual([])
    await store.appendMessages(bob, [said('m1')])
    await store.appendMessages({ ...bob, namespace: 'eve' }, [said('m1')])
    expect(readArchive(await write(store, 'eve')).map(({ namespace }) => namespace)).toEqual(['eve'])
  })

  it('walks over more sessions than a page', async () => {
    for (let n = 0; n < 450; n++) await store.appendMessages({ ...bob, sessionId: `s${n}` }, [said('m1')])
    expect(readArchive(await write(store))).toHaveLength(450)
  })

  it('brings everything back, whatever the words and the shape of the tree, twice as once', async () => {
    const message = fc.record({
      parent: fc.nat(),
      role: fc.string({ unit: 'grapheme', minLength: 1 }),
      content: fc.string({ unit: 'grapheme' }),
      name: fc.option(fc.string({ unit: 'grapheme', minLength: 1 })),
      createdAt: fc.integer({ min: 0, max: AT }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 12 }),
        fc.nat(),
        async (tree, context) => {
          const [from, to] = [createSqliteStore(':memory:'), createSqliteStore(':memory:')]
          for (const [index, { parent, ...rest }] of tree.entries()) {
            // One in `index + 1` opens the tree anew, as an edit of its first message does.
            const under = index === 0 ? null : parent % (index + 1)
            const parentId = under === null || under === index ? null : `m${under}`
            await from.appendMessages(bob, [{ id: `m${index}`, ...rest }], { parentId })
          }
          if (context % 2)
            await from.replaceContext(bob, {
              id: 'c',
              context: 'x',
              tokens: 1,
              source: 'person',
              createdAt: AT,
            })
          const file = await write(from)
          await into(to, file)
          expect(await write(to)).toBe(file)
          await into(to, file)
          expect(await write(to)).toBe(file)
          await Promise.all([from.close(), to.close()])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('says what is wrong with a file, and where, without its words', async () => {
    await store.appendMessages(bob, [said('m1', 'secret words')])
    const file = await write(store)
    const problem = (text: string) => {
      try {
        readArchive(text)
      } catch (error) {
        return (error as ArchiveError).message
      }
      return 'none'
    }
    expect(problem(file)).toBe('none')
    expect(problem(`\uFEFF${file}`)).toBe('none')
    expect(problem(file.slice(0, -9))).toMatch(/no JSON, or it was cut off/)
    expect(problem('[1]')).toMatch(/no export of motorhead-chat/)
    expect(problem('null')).toMatch(/no export of motorhead-chat/)
    expect(problem(file.replace('"version": 1', '"version": 2'))).toMatch(/newer motorhead-chat/)
    expect(problem(file.replace('"version": 1', '"version": "1"'))).toMatch(/: version: /)
    expect(problem(file.replace('"role": "user"', '"role": 5'))).toMatch(
      /sessions\[0\]\.messages\[0\]\.role: /,
    )
    expect(problem(file.replace('"role": "user",', '"role": "user", "extra": 1,'))).toMatch(/messages\[0\]: /)
    expect(problem(file.replace('2026-11-25', 'yesterday'))).toBe('none')
    expect(problem(file.replace('"createdAt": "2026', '"createdAt": "x2026'))).toMatch(/createdAt: /)
    const long = (length: number) => file.replace('secret words', 'x'.repeat(length))
    expect(problem(long(4_000_000))).toBe('none')
    expect(problem(long(4_000_001))).toMatch(/messages\[0\]\.text: is longer than 4,000,000 characters\.$/)
    const summary = { id: 'S', throughId: null, baseId: null, text: 'x'.repeat(4_000_001) }
    expect(problem(file.replace('"summaries": []', `"summaries": [${JSON.stringify(summary)}]`))).toMatch(
      /summaries\[0\]\.text: is longer/,
    )
    for (const bad of [file.replace('"role": "user"', '"role": 5'), file.slice(0, -9)])
      expect(problem(bad)).not.toContain('secret')
  })
})
