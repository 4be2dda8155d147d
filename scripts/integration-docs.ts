import { readFileSync, writeFileSync } from 'node:fs'
import { channelKinds } from '../src/integrations/channels/index.ts'
import { gatewayKinds } from '../src/integrations/gateways/index.ts'
import { isNeeded } from '../src/integrations/kit/fields.ts'
import type { IntegrationKind } from '../src/integrations/kit/kind.ts'
import { supplierKinds } from '../src/integrations/suppliers/index.ts'
import type { Attribute } from '../src/lib/attributes.ts'

/** PAGES have a table for each kind, between a comment that names the kind and one that ends it. */
export const PAGES = ['docs/suppliers.md', 'docs/deposits.md', 'docs/notices.md']

const registries = [supplierKinds, gatewayKinds, channelKinds]

/** `withFieldTables` gives a page with the tables that the kinds' metadata makes. */
export function withFieldTables(page: string): string {
  return page.replace(
    /(<!-- fields: (.+) (\S+) -->\n)[\s\S]*?(<!-- end of fields -->)/g,
    (_all, begin: string, noun: string, name: string, end: string) => {
      const kinds = registries.find((one) => one.noun === noun)
      if (!kinds) throw new Error(`a page has a table of fields of a ${noun}, which nothing is`)
      return `${begin}\n${fieldTable(noun, kinds.get(name))}\n${end}`
    },
  )
}

function fieldTable(noun: string, { fields }: IntegrationKind): string {
  const rows = Object.entries(fields).map(([name, field]) => {
    const option = field.flag?.split(' ')[0] ?? name
    const file = field.secret && field.flag ? `, \`${option}-file\`` : ''
    return [`\`${option}\`${file}`, `${field.label}: ${field.help}`, leftOut(field)].map((cell) =>
      cell.replaceAll('|', '\\|'),
    )
  })
  const option = noun === 'supplier' ? 'option, or setting for `--setting`' : 'option'
  const head = [option, 'meaning', 'when left out']
  return `${[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`
}

function leftOut(field: Attribute): string {
  if (isNeeded(field)) return 'needed'
  const { default: preset } = field
  if (preset === undefined || preset === '') return 'none'
  return `\`${typeof preset === 'string' ? preset : JSON.stringify(preset)}\``
}

if (import.meta.main) {
  for (const page of PAGES) writeFileSync(page, withFieldTables(readFileSync(page, 'utf8')))
}
