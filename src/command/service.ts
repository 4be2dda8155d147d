import type { Command } from 'commander'
import { shownCurrencies } from '../accounts/accounts.ts'
import { newServiceAttributes, serviceAttributes } from '../catalogue/attributes.ts'
import { exportServices } from '../catalogue/export.ts'
import { serviceJson } from '../catalogue/service-json.ts'
import {
  createService,
  listServices,
  readNewService,
  type ServiceFilter,
  showService,
  updateService,
} from '../catalogue/services.ts'
import { readGiven } from '../lib/attributes.ts'
import { addOptions, formOf, withAttributeNames } from './attribute-options.ts'
import { type Connected, withDatabase } from './connection.ts'
import { homeCurrency } from './home-currency.ts'
import { configuredLimit } from './input.ts'
import { type Answer, answering, MAX_CONFIGURED, withRest } from './output.ts'
import { importFile } from './service-import.ts'
import { servicesAnswer, serviceText } from './service-view.ts'
import { writeWhole } from './whole-file.ts'

export function register(program: Command): void {
  const service = program.command('service')
  addOptions(service.command('create'), newServiceAttributes, 'create')
    .description('a new service, with its price for everyone')
    .action(answering(create))
  service
    .command('list')
    .description('the active services by group')
    .option('--group <heading>', 'only under this heading')
    .option('--search <text>', 'only with this in the code or the name')
    .option('--all', 'inactive ones too')
    .option('--unrouted', 'only those without a working route')
    .addOption(configuredLimit())
    .action(answering(list))
  service
    .command('show')
    .argument('<id or code>')
    .description('one service with its prices')
    .action(answering(show))
  addOptions(service.command('update'), serviceAttributes, 'change')
    .argument('<id or code>')
    .description('change what is given and leave the rest; prices are changed by price set')
    .action(answering(update))
  service
    .command('import')
    .argument('<file>', 'CSV with a header row or, ending in .json, an array of objects')
    .description('make and change services as a file says; everything is checked before anything is written')
    .option('--dry-run', 'check only')
    .action(answering(importFile))
  service
    .command('export')
    .argument('<file>', '-: standard output')
    .description('services as CSV, as service import takes them, inactive ones too')
    .option('--group <heading>', 'only under this heading')
    .option('--search <text>', 'only with this in the code or the name')
    .action(async (...given: unknown[]) => {
      const [file, options] = given as [string, ServiceFilter]
      if (file !== '-') return await answering(exportFile)(...given)
      const { pipeline } = await import('node:stream/promises')
      await withDatabase(({ sql }) => pipeline(exportServices(sql, options), process.stdout, { end: false }))
    })
}

async function exportFile(file: string, options: ServiceFilter): Promise<Answer> {
  await withDatabase(({ sql }) => writeWhole(exportServices(sql, options), file))
  return { json: { file }, text: `${file} is written` }
}

const create = (options: Record<string, unknown>): Promise<Answer> =>
  withAttributeNames(newServiceAttributes, () => {
    const input = readNewService(formOf(newServiceAttributes, options))
    return withDatabase(async (connected) =>
      answer(connected, (await createService(connected.sql, input)).code),
    )
  })

const update = (idOrCode: string, options: Record<string, unknown>): Promise<Answer> =>
  withAttributeNames(serviceAttributes, () => {
    const changes = readGiven(serviceAttributes, formOf(serviceAttributes, options))
    return withDatabase(async (connected) =>
      answer(connected, (await updateService(connected.sql, idOrCode, changes)).code),
    )
  })

const show = (idOrCode: string): Promise<Answer> => withDatabase((connected) => answer(connected, idOrCode))

async function list({
  all = false,
  ...filter
}: ServiceFilter & { all?: boolean; limit: number }): Promise<Answer> {
  const active = all ? undefined : true
  return await withDatabase(async (connected) => {
    const { services, next } = await listServices(connected.sql, { ...filter, active })
    return withRest(
      servicesAnswer(services, await preferred(connected)),
      next !== undefined && 'more',
      MAX_CONFIGURED,
    )
  })
}

async function answer(connected: Connected, idOrCode: string): Promise<Answer> {
  const view = await showService(connected.sql, idOrCode)
  return { json: serviceJson(view, await preferred(connected)), text: serviceText(view) }
}

/** `preferred` are the currencies in which `price` of --json is, as far as there is a price in one. */
const preferred = async (connected: Connected): Promise<string[]> =>
  shownCurrencies(connected.sql, await homeCurrency(connected))
