import { type Command, InvalidArgumentError } from 'commander'
import { Refusal } from '../errors.ts'
import type { RouteId } from '../lib/ids.ts'
import { formatMicros } from '../lib/money.ts'
import {
  addRoute,
  listRoutes,
  type Route,
  type RouteFilter,
  type RouteInput,
  removeRoute,
  updateRoute,
} from '../supplier-routes/routes.ts'
import { withDatabase } from './connection.ts'
import { idOf } from './input.ts'
import { dashed, withOptionNames } from './option-names.ts'
import { type Answer, answering, table } from './output.ts'

export function register(program: Command): void {
  const route = program.command('route').description('who does the work of a service, in order of preference')
  addRouteOptions(route.command('add'))
    .description('send items of a service to a supplier')
    .requiredOption('--service <id or code>')
    .requiredOption('--supplier <id or name>')
    .action(answering(add))
  route
    .command('list')
    .description('routes by service, in order of preference')
    .option('--service <id or code>', 'only those of this service')
    .option('--supplier <id or name>', 'only those to this supplier')
    .action(answering(list))
  addRouteOptions(route.command('update'))
    .description('change what is given and leave the rest')
    .argument('<id>')
    .action(answering(update))
  route
    .command('remove')
    .description('send no more items this way; what was sent is finished')
    .argument('<id>')
    .action(answering(remove))
}

interface Given {
  remoteService?: string
  cost?: string
  position?: number
  marginFloor?: string
}

const addRouteOptions = (command: Command): Command =>
  command
    .option('--remote-service <id>', 'what the service is called there; needed where it has several')
    .option('--cost <amount>', 'of one, in the supplier\'s currency, such as 0.80; "" for not known')
    .option('--position <number>', '1 is tried first; the last when left out', position)
    .option('--margin-floor <percent>', 'what must remain of the sale price, such as 5%')

const inputOf = ({ remoteService, cost, position, marginFloor }: Given): RouteInput => ({
  remoteService,
  cost: cost === '' ? null : cost,
  position,
  marginFloor,
})

const add = (options: Given & { service: string; supplier: string }): Promise<Answer> =>
  withOptionNames(dashed, () =>
    withDatabase(async ({ sql }) => {
      const { service, supplier } = options
      return shown(await addRoute(sql, { ...inputOf(options), service, supplier }))
    }),
  )

const update = (id: string, options: Given): Promise<Answer> =>
  withOptionNames(dashed, async () => {
    const changes = inputOf(options)
    if (Object.values(changes).every((value) => value === undefined)) {
      throw new Refusal('invalid_input', 'there is nothing to change')
    }
    return await withDatabase(async ({ sql }) => shown(await updateRoute(sql, idOf<RouteId>(id), changes)))
  })

async function list(filter: RouteFilter): Promise<Answer> {
  const routes = await withDatabase(({ sql }) => listRoutes(sql, filter))
  return { json: routes.map(routeJson), text: routes.length === 0 ? 'no routes' : routeTable(routes) }
}

async function remove(text: string): Promise<Answer> {
  const id = idOf<RouteId>(text)
  await withDatabase(({ sql }) => removeRoute(sql, id))
  return { json: { id, removed: true }, text: `route ${id} is removed` }
}

const shown = (route: Route): Answer => ({ json: routeJson(route), text: routeTable([route]) })

const routeJson = (route: Route) => ({
  id: route.id,
  service: route.serviceId,
  service_code: route.serviceCode,
  supplier: route.supplierId,
  supplier_name: route.supplierName,
  remote_service: route.remoteService || null,
  cost: route.cost === null ? null : formatMicros(route.cost),
  currency: route.currency,
  position: route.position,
  margin_floor: percentOf(route.marginFloor),
  available: route.available,
})

const routeTable = (routes: Route[]): string =>
  table(
    ['id', 'service', 'position', 'supplier', 'remote service', 'cost', 'margin floor', 'there'],
    routes.map((route) => [
      route.id,
      route.serviceCode,
      route.position,
      route.supplierName,
      route.remoteService,
      route.cost === null ? null : `${formatMicros(route.cost)} ${route.currency}`,
      `${percentOf(route.marginFloor)}%`,
      route.available,
    ]),
    { right: ['id', 'position', 'cost', 'margin floor'] },
  )

/** "5", "2.5", "-10": a percentage of hundredths of a percent. */
const percentOf = (hundredths: number): string => String(hundredths / 100)

function position(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('it must be a whole number.')
  return Number(text)
}
