import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PAGES, withFieldTables } from '../../scripts/integration-docs.ts'
import { channelKinds } from '../../src/integrations/channels/index.ts'
import { gatewayKinds } from '../../src/integrations/gateways/index.ts'
import { supplierKinds } from '../../src/integrations/suppliers/index.ts'

test.each(PAGES)('the tables of %s are those of the metadata (npm run integration:docs)', (page) => {
  const text = readFileSync(page, 'utf8')
  expect(withFieldTables(text)).toBe(text)
})

test('every kind that has fields has its table', () => {
  const pages = PAGES.map((page) => readFileSync(page, 'utf8')).join('')
  for (const { noun, kinds } of [supplierKinds, gatewayKinds, channelKinds]) {
    for (const { kind, fields } of kinds) {
      if (Object.keys(fields).length > 0) expect(pages).toContain(`<!-- fields: ${noun} ${kind} -->`)
    }
  }
})
