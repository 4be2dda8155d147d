import type { Selectable } from 'kysely'
import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { Services } from '../database/types.ts'
import { columnOf, loadRecord, recordOf } from '../lib/attributes.ts'
import type { PriceGroupId, ServiceId, SupplierId } from '../lib/ids.ts'
import { isStorable } from '../lib/text.ts'
import { type ServiceValues, serviceAttributes } from './attributes.ts'
import { type Service, serviceIdOf } from './service.ts'
import type { ServiceTimes } from './snapshot.ts'

/** StoredService is a service as its table has it. */
export interface StoredService extends ServiceTimes {
  service: Service
  /** `unroutedSince` is since when nobody does it: it has no working route, and is not done by hand; null: somebody does it. */
  unroutedSince: Date | null
}

/** ParseJson reads the text of a JSON column. One that keeps what it read lets equal texts share one object. */
export type ParseJson = (text: string) => unknown

const attributes = Object.entries(serviceAttributes).filter(([, { stored }]) => stored)
const columns = attributes.map(([name, { property = name }]) => property as keyof Services)
const jsonColumns = new Set(
  attributes.filter(([, { json }]) => json).map(([name, { property = name }]) => property),
)

const services = () =>
  build
    .selectFrom('services')
    .select(['id', 'createdAt', 'updatedAt', 'unroutedSince'])
    .select((eb) =>
      columns.map((column) =>
        jsonColumns.has(column) ? eb.cast<string>(column, 'text').as(column) : eb.ref(column).as(column),
      ),
    )

type ServiceRecord = Omit<StoredService, 'service'> & { id: ServiceId } & Record<string, unknown>

const storedService = (record: ServiceRecord, parse: ParseJson = JSON.parse): StoredService => ({
  service: { id: record.id, ...loadRecord(serviceAttributes, record, parse) },
  createdAt: record.createdAt,
  updatedAt: record.updatedAt,
  unroutedSince: record.unroutedSince,
})

/** SERVICES_PER_READ are the services that one statement reads: what it gives is read in one turn of the event loop. */
const SERVICES_PER_READ = 250

/** `selectServices` gives all services by group (in code point order), then by id. Only a transaction of one snapshot sees all as of one moment. */
export async function selectServices(sql: Queryable, parse?: ParseJson): Promise<StoredService[]> {
  const groups = new Map<string, StoredService[]>()
  for (let after = 0, length = SERVICES_PER_READ; length === SERVICES_PER_READ; ) {
    const rows = await sql.run(
      services()
        .where('id', '>', after as ServiceId)
        .orderBy('id')
        .limit(SERVICES_PER_READ),
    )
    for (const row of rows) {
      const stored = storedService(row, parse)
      const { group } = stored.service
      const others = groups.get(group)
      if (others) others.push(stored)
      else groups.set(group, [stored])
    }
    after = rows.at(-1)?.id ?? after
    length = rows.length
  }
  const named = [...groups].map(([group, inIt]) => ({ bytes: Buffer.from(group), inIt }))
  return named.sort((one, other) => Buffer.compare(one.bytes, other.bytes)).flatMap(({ inIt }) => inIt)
}

/** ServicePart is a part of the catalogue, by group in code point order, then by id: those behind the service `after` that fit. */
export interface ServicePart {
  after: ServiceId | undefined
  active: boolean | undefined
  /** `unrouted`: only those without a working route. */
  unrouted: boolean
  kind: Service['kind'] | undefined
  supplier: SupplierId | undefined
  /** `visibleTo`: only those that this price group sees and others do not. */
  visibleTo: PriceGroupId | undefined
  /** `hours`: only those that are not always open. */
  hours: boolean
}

/** ServiceName is a service as far as a list is searched. */
export interface ServiceName extends Pick<Service, 'id' | 'code' | 'name' | 'group'> {}

/** `selectNames` gives the first services of a part. */
export async function selectNames(
  sql: Queryable,
  { after, active, unrouted, kind, supplier, visibleTo, hours }: ServicePart,
  limit: number,
): Promise<ServiceName[]> {
  const inOrder = literal`group_name collate "C"`
  let part = build
    .selectFrom('services')
    .select(['id', 'code', 'name', 'groupName as group'])
    .orderBy(inOrder)
    .orderBy('id')
    .limit(limit)
  if (after !== undefined) {
    const group = literal`(select ${inOrder} from services where id = ${after})`
    part = part.where(literal<boolean>`(${inOrder}, id) > (${group}, ${after})`)
  }
  if (active !== undefined) part = part.where('active', '=', active)
  if (unrouted) part = part.where('unroutedSince', 'is not', null)
  if (kind !== undefined) part = part.where('kind', '=', kind)
  if (visibleTo !== undefined) part = part.where(literal<boolean>`visible_to @> array[${visibleTo}::int]`)
  if (hours) part = part.where('opensAt', 'is not', null)
  if (supplier !== undefined) {
    part = part.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('supplierRoutes as r')
          .select('r.id')
          .whereRef('r.serviceId', '=', 'services.id')
          .where('r.supplierId', '=', supplier),
      ),
    )
  }
  return await sql.run(part)
}

/** `selectServicesOf` gives the services of these ids, in any order. */
export async function selectServicesOf(sql: Queryable, ids: readonly ServiceId[]): Promise<StoredService[]> {
  const rows = await sql.run(services().where(literal<boolean>`id = any(${ids}::int[])`))
  return rows.map((row) => storedService(row))
}

/** `selectService` finds one service by its id (all digits) or its code in any case. */
export async function selectService(sql: Queryable, idOrCode: string): Promise<StoredService | undefined> {
  if (!isStorable(idOrCode)) return undefined
  const id = serviceIdOf(idOrCode)
  const [row] = await sql.run(
    services().where((eb) =>
      id === undefined
        ? eb(eb.fn<string>('lower', ['code']), '=', eb.fn<string>('lower', [eb.val(idOrCode)]))
        : eb('id', '=', id),
    ),
  )
  return row && storedService(row)
}

/** UnroutedService is an active service that nobody does: it has no working route, and is not done by hand. */
export interface UnroutedService {
  id: ServiceId
  code: string
  name: string
  since: Date
}

/** `findUnrouted` gives the active services without a working route, those first that lost theirs last. */
export const findUnrouted = (sql: Queryable): Promise<UnroutedService[]> =>
  sql.run(
    build
      .selectFrom('services')
      .select(['id', 'code', 'name', 'unroutedSince as since'])
      .where('active', '=', true)
      .where('unroutedSince', 'is not', null)
      .orderBy('unroutedSince', 'desc')
      .orderBy('id')
      .$narrowType<{ since: Date }>(),
  )

/** `selectServiceNames` gives what services are called by. */
export const selectServiceNames = (sql: Queryable): Promise<{ id: ServiceId; code: string }[]> =>
  sql.run(build.selectFrom('services').select(['id', 'code']).orderBy('id'))

export async function lockService(sql: Queryable, id: ServiceId): Promise<Service | undefined> {
  const [row] = await sql.run(services().where('id', '=', id).forUpdate())
  return row && storedService(row).service
}

/** `lockCatalogue` lets no other transaction write services until this one ends; everybody may read them. */
export async function lockCatalogue(sql: Queryable): Promise<void> {
  await sql`lock table services in share row exclusive mode`
}

/** `given` is services as a relation: its columns are those of the table, which says their types. */
function given(rows: readonly (ServiceValues & { id?: ServiceId | undefined })[]) {
  const records = rows.map(({ id, ...service }) =>
    Object.fromEntries([
      ['id', id],
      ...Object.entries(recordOf(serviceAttributes, service)).map(([name, value]) => [columnOf(name), value]),
    ]),
  )
  return literal<
    Selectable<Services>
  >`jsonb_populate_recordset(null::services, ${JSON.stringify(records)}::text::jsonb)`
}

/** `insertServices` writes new services, and returns their ids by code. Those that bring an id keep it. */
export async function insertServices(
  sql: Queryable,
  rows: (ServiceValues & { id?: ServiceId | undefined })[],
): Promise<Map<string, ServiceId>> {
  const [brought, others] = [
    rows.filter(({ id }) => id !== undefined),
    rows.filter(({ id }) => id === undefined),
  ]
  const insert = async (some: typeof rows, names: (keyof Services)[]) =>
    some.length === 0
      ? []
      : await sql.run(
          build
            .insertInto('services')
            .columns(names)
            .expression(build.selectFrom(given(some).as('given')).select(names))
            .returning(['id', 'code']),
        )
  const made = [...(await insert(brought, ['id', ...columns])), ...(await insert(others, columns))]
  return new Map(made.map(({ id, code }) => [code, id]))
}

/** `selectOpened` gives one of those services whose results are to be secret no more, where whoever came by the operator API may not look at them. */
export async function selectOpened(
  sql: Queryable,
  rows: readonly (Pick<ServiceValues, 'secretResults'> & { id: ServiceId })[],
): Promise<string | undefined> {
  const [row] = await sql<{ code: string }[]>`
    select s.code
      from unnest(${rows.map(({ id }) => id)}::int[], ${rows.map((one) => one.secretResults)}::boolean[]) as given (id, secret)
      join services s on s.id = given.id
     where s.secret_results and not given.secret and acting_by() is not null and acting_by() ->> 'may_reveal' is distinct from 'true'
     order by s.id limit 1`.records()
  return row?.code
}

/** `updateServices` writes all but the kind, which no service ever changes. */
export async function updateServices(
  sql: Queryable,
  rows: (ServiceValues & { id: ServiceId })[],
): Promise<void> {
  await sql.run(
    build
      .updateTable('services')
      .from(given(rows).as('given'))
      .set((eb) => ({
        ...Object.fromEntries(
          columns.filter((name) => name !== 'kind').map((name) => [name, eb.ref(`given.${name}`)]),
        ),
        updatedAt: literal<Date>`now()`,
      }))
      .whereRef('services.id', '=', 'given.id'),
  )
}

/** SupplierNameRow is a supplier as services name it. */
export interface SupplierNameRow {
  id: SupplierId
  kind: string
  name: string
}

export async function selectSupplierNames(sql: Queryable): Promise<SupplierNameRow[]> {
  return sql<SupplierNameRow[]>`select id, kind, name from suppliers order by id`
}

/** `selectRoutes` gives the suppliers' names by service, in order of preference. A supplier with several routes is there as often. */
export async function selectRoutes(
  sql: Queryable,
  services: readonly ServiceId[] | null = null,
): Promise<Map<ServiceId, string[]>> {
  const rows = await sql<{ service_id: ServiceId; suppliers: string[] }[]>`
    select r.service_id, array_agg(s.name order by r.position, r.id) as suppliers
      from supplier_routes r join suppliers s on s.id = r.supplier_id
     where ${services}::int[] is null or r.service_id = any(${services}::int[])
     group by r.service_id`
  return new Map(rows.map((row) => [row.service_id, row.suppliers]))
}

/** RouteCounts is how many routes a service has, and how many of them work. */
export interface RouteCounts {
  all: number
  working: number
}

/** `countRoutes` counts the routes of services; a service without any is not in it. */
export async function countRoutes(
  sql: Queryable,
  services: readonly ServiceId[],
): Promise<Map<ServiceId, RouteCounts>> {
  const rows = await sql<{ service_id: ServiceId; every: number; working: number }[]>`
    select r.service_id, count(*)::int as every, count(*) filter (where r.available is not false and s.enabled)::int as working
      from supplier_routes r join suppliers s on s.id = r.supplier_id
     where r.service_id = any(${services}::int[])
     group by r.service_id`
  return new Map(rows.map(({ service_id: id, every, working }) => [id, { all: every, working }]))
}

/** `replaceRoutes` makes one supplier, which has no services of its own to choose from, the only route of each service. */
export async function replaceRoutes(
  sql: Queryable,
  routes: { service: ServiceId; supplier: SupplierId }[],
): Promise<void> {
  await sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(routes)}::text::jsonb) as given (service integer, supplier integer)
    ), others as (
      delete from supplier_routes r using given
       where r.service_id = given.service and (r.supplier_id <> given.supplier or r.remote_service <> '')
    )
    insert into supplier_routes (service_id, supplier_id, position) select service, supplier, 1 from given
    on conflict (service_id, supplier_id, remote_service) do update set position = 1`
}

export async function selectGroupNames(sql: Queryable): Promise<{ id: PriceGroupId; name: string }[]> {
  return sql<{ id: PriceGroupId; name: string }[]>`select id, name from price_groups order by id`
}
