import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { accountAttributes } from '../../src/accounts/attributes.ts'
import { keyAttributes } from '../../src/accounts/key-attributes.ts'
import { newServiceAttributes } from '../../src/catalogue/attributes.ts'
import { priceAttributes } from '../../src/catalogue/price-attributes.ts'
import { exitTable } from '../../src/command/exit-codes.ts'
import { settingsTable } from '../../src/config.ts'
import { providerAttributes } from '../../src/deposits/provider-attributes.ts'
import { optionTable } from '../../src/lib/attributes.ts'
import { columnTable, partNames } from '../../src/moving-in/columns.ts'
import { eventTable } from '../../src/notices/events.ts'
import { permissionTable } from '../../src/staff/roles.ts'
import { routeAttributes } from '../../src/supplier-routes/attributes.ts'
import { supplierAttributes } from '../../src/suppliers/attributes.ts'

const OPTIONS = '| option | meaning | when left out |'

/** The tables of the docs that metadata writes. `vitest run test/docs/tables -u` writes what has changed into the pages. */
test.each<[page: string, tables: [section: string, head: string, write: () => string][]]>([
  ['deposits.md', [['## Providers', OPTIONS, () => optionTable(providerAttributes)]]],
  ['operating.md', [['## Settings', '| setting | default |', settingsTable]]],
  [
    'moving-from-a-panel.md',
    partNames.map((part) => [`### Of ${part}.csv`, '| column | what it has', () => columnTable(part)]),
  ],
  ['notices.md', [['## Events', '| event', eventTable]]],
  [
    'cli.md',
    [
      ['## Answers, errors, exit codes', '| exit code |', exitTable],
      ['## account', OPTIONS, () => optionTable(accountAttributes)],
      ['## key', OPTIONS, () => optionTable(keyAttributes)],
      ['## service', '| option |', () => optionTable(newServiceAttributes, { files: true })],
      ['## price', OPTIONS, () => optionTable(priceAttributes)],
      ['## supplier', OPTIONS, () => optionTable(supplierAttributes)],
      ['## route', OPTIONS, () => optionTable(routeAttributes)],
      ['## staff, token', '| permission |', permissionTable],
    ],
  ],
])('the tables of %s are those that metadata writes', async (name, tables) => {
  const page = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url))
  let text = readFileSync(page, 'utf8')
  for (const [section, head, write] of tables) {
    const start = text.indexOf(head, text.indexOf(`\n${section}\n`))
    expect(start, `${name} has no table that begins with ${head} under ${section}`).toBeGreaterThan(0)
    const end = text.indexOf('\n\n', start)
    text = text.slice(0, start) + write() + text.slice(end)
  }
  await expect(text).toMatchFileSnapshot(page)
})
