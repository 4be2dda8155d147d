import type { Command } from 'commander'
import { changeBecause } from '../audit/acting.ts'
import type { Queryable } from '../database/database.ts'
import { jsonOf } from '../lib/attributes.ts'
import type { RouteId } from '../lib/ids.ts'
import { routeAttributes } from '../supplier-routes/attributes.ts'
import { noteOf } from '../supplier-routes/note.ts'
import {
  addRoute,
  listRoutes,
  type Route,
  type RouteFilter,
  removeRoute,
  updateRoute,
} from '../supplier-routes/routes.ts'
import { addOptions, changesOf, formOf, withAttributeNames } from './attribute-options.ts'
import { withDatabase } from './connection.ts'
import { configuredLimit, idOf } from './input.ts'
import { type Answer, answering, cutTo, MAX_CONFIGURED, nounsAnswer } from './output.ts'

export function register(program: Command): void {
  const route = program.command('route')
  addOptions(route.command('add'), routeAttributes, 'create')
    .description('send items of a service to a supplier')
    .action(answering(add))
  route
    .command('list')
    .description('routes by service, in order of preference')
    .option('--service <id or code>', 'only those of this service')
    .option('--supplier <id or name>', 'only those to this supplier')
    .addOption(configuredLimit())
    .action(answering(list))
  addOptions(route.command('update <id>'), routeAttributes, 'change')
    .description('change what is given and leave the rest')
    .action(answering(update))
  route
    .command('remove <id>')
    .description('send no more items this way; what was sent is finished')
    .option('--why <text>', 'for the trail')
    .action(answering(remove))
}

type Options = Record<string, unknown>

const add = (options: Options): Promise<Answer> =>
  withAttributeNames(routeAttributes, () => {
    const form = formOf(routeAttributes, options) as Parameters<typeof addRoute>[1]
    return withDatabase(async ({ sql }) => noted(sql, await addRoute(sql, form)))
  })

const update = (id: string, options: Options): Promise<Answer> =>
  withAttributeNames(routeAttributes, async () => {
    const changes = changesOf(routeAttributes, options)
    return await withDatabase(async ({ sql }) =>
      noted(sql, await updateRoute(sql, idOf<RouteId>(id), changes)),
    )
  })

async function list({ limit, ...filter }: RouteFilter & { limit: number }): Promise<Answer> {
  const routes = await withDatabase(({ sql }) => listRoutes(sql, { ...filter, limit: limit + 1 }))
  return cutTo(limit, routes, routesAnswer, MAX_CONFIGURED)
}

async function remove(text: string, { why }: { why?: string }): Promise<Answer> {
  const id = idOf<RouteId>(text)
  await withDatabase(({ sql }) => changeBecause(sql, why, (change) => removeRoute(change, id)))
  return { json: { id, removed: true }, text: `route ${id} is removed` }
}

const shown = (route: Route): Answer => ({
  ...routesAnswer([route]),
  json: jsonOf(routeAttributes, route),
})

/** `noted` tells people what may be wrong with the route. */
async function noted(sql: Queryable, route: Route): Promise<Answer> {
  const answer = shown(route)
  const note = await noteOf(sql, route)
  return note === undefined ? answer : { ...answer, text: `${answer.text}\n\n${note}` }
}

const routesAnswer = (routes: Route[]): Answer =>
  nounsAnswer(
    routeAttributes,
    [
      ...(['id', 'serviceCode', 'position', 'supplierName'] as const),
      ...(['remoteService', 'cost', 'marginFloor', 'available', 'works'] as const),
    ],
    routes,
    'no routes',
  )
