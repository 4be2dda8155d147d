import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { serviceAttributes, serviceForm } from '../../src/catalogue/attributes.ts'
import { settingsTable } from '../../src/config.ts'
import { columnOf, optionTable } from '../../src/lib/attributes.ts'

/** The tables of the docs that metadata writes. `vitest run test/docs/tables -u` writes what has changed into the pages. */
describe('a table that is made from metadata stands in the docs', () => {
  test.each([
    ['operating.md', '| setting | default |', settingsTable],
    ['cli.md', '| option | meaning | when left out |', () => optionTable(serviceAttributes)],
  ])('%s: %s', async (name, head, write) => {
    const page = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url))
    const text = readFileSync(page, 'utf8')
    const start = text.indexOf(head)
    expect(start, `${name} has no table that begins with ${head}`).toBeGreaterThan(0)
    const end = text.indexOf('\n\n', start)
    await expect(text.slice(0, start) + write() + text.slice(end)).toMatchFileSnapshot(page)
  })
})

test('docs/cli.md names every column of a file of services, and no other', () => {
  const text = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
  const [, table = ''] = /\n\| column +\| value[^\n]*\n\|[^\n]*\n((?:\|[^\n]*\n)+)/.exec(text) ?? []
  const named = [...table.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) => cell.match(/[a-z_]+/g) ?? [])
  expect(named.toSorted()).toEqual(Object.keys(serviceForm).map(columnOf).toSorted())
})
