import type { Command } from 'commander'
import { createService, listServices, showService, updateService } from '../catalogue/services.ts'
import type { Sql } from '../database/database.ts'
import { withDatabase } from './connection.ts'
import { withOptionNames } from './option-names.ts'
import { type Answer, answering } from './output.ts'
import { importFile } from './service-import.ts'
import { addServiceOptions, readServiceOptions, serviceOptionOf } from './service-options.ts'
import { serviceJson, serviceTable, serviceText } from './service-view.ts'

export function register(program: Command): void {
  const service = program.command('service').description('services: create, list, show, update, import')
  addServiceOptions(service.command('create'), ['code', 'name', 'group', 'price', 'currency'])
    .description('a new service, with its price for everyone')
    .action(answering(create))
  service
    .command('list')
    .description('the active services by group')
    .option('--group <heading>', 'only under this heading')
    .option('--search <text>', 'only with this in the code or the name')
    .option('--all', 'inactive ones too')
    .action(answering(list))
  service
    .command('show')
    .argument('<id or code>')
    .description('one service with its prices')
    .action(answering(show))
  addServiceOptions(service.command('update'))
    .argument('<id or code>')
    .description('change what is given and leave the rest; prices are changed by price set')
    .action(answering(update))
  service
    .command('import')
    .argument('<file>', 'CSV with a header row or, ending in .json, an array of objects')
    .description('make and change services as a file says; everything is checked before anything is written')
    .option('--dry-run', 'check only')
    .action(answering(importFile))
}

async function create(
  options: Record<string, unknown> & { code: string; name: string; group: string },
): Promise<Answer> {
  const { code, name, group, price, currency } = options as typeof options & {
    price: string
    currency: string
  }
  return await withOptionNames(serviceOptionOf, async () => {
    const input = { ...readServiceOptions(options), code, name, group, price, currency }
    return await withDatabase(async ({ sql }) => answer(sql, (await createService(sql, input)).code))
  })
}

async function update(idOrCode: string, options: Record<string, unknown>): Promise<Answer> {
  return await withOptionNames(serviceOptionOf, async () => {
    const changes = readServiceOptions(options)
    return await withDatabase(async ({ sql }) =>
      answer(sql, (await updateService(sql, idOrCode, changes)).code),
    )
  })
}

const show = (idOrCode: string): Promise<Answer> => withDatabase(({ sql }) => answer(sql, idOrCode))

async function list(options: { group?: string; search?: string; all?: boolean }): Promise<Answer> {
  const views = await withDatabase(({ sql }) => listServices(sql, options))
  return {
    json: views.map(serviceJson),
    text: views.length === 0 ? 'no services' : serviceTable(views),
  }
}

async function answer(sql: Sql, idOrCode: string): Promise<Answer> {
  const view = await showService(sql, idOrCode)
  return { json: serviceJson(view), text: serviceText(view) }
}
