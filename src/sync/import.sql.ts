import type { Service } from '../catalogue/service.ts'
import type { Queryable } from '../database/database.ts'
import type { PriceGroupId, SupplierId } from '../lib/ids.ts'
import type { PriceRule } from '../price-book/price-rule.ts'
import { detailsOf } from './details.ts'
import type { StagedService } from './staging.sql.ts'

/** ImportSelection chooses services of a staged list: all, those of groups (in any case), single ones. */
export interface ImportSelection {
  all: boolean
  groups: string[]
  ids: string[]
}

export const isSelected = (sql: Queryable, { all, groups, ids }: ImportSelection) => sql`
  (${all}::boolean or lower(s.group_name) = any(${groups.map((name) => name.toLowerCase())}::text[])
   or s.remote_id = any(${ids}::text[]))`

/** `findUnknownServices` gives the groups and ids that the staged list does not have. */
export async function findUnknownServices(
  sql: Queryable,
  supplier: SupplierId,
  { groups, ids }: ImportSelection,
): Promise<{ groups: string[]; ids: string[] }> {
  const [row] = await sql<{ groups: string[]; ids: string[] }[]>`
    select array(select name from unnest(${groups}::text[]) as g (name)
                  where not exists (select from staged_services s
                                     where s.supplier_id = ${supplier} and lower(s.group_name) = lower(g.name))) as groups,
           array(select id from unnest(${ids}::text[]) as g (id)
                  where not exists (select from staged_services s
                                     where s.supplier_id = ${supplier} and s.remote_id = g.id)) as ids`
  return row ?? { groups: [], ids: [] }
}

/** Ruling is a rule with the price group that it is for; null: for everyone. */
export interface Ruling {
  rule: PriceRule
  follows: boolean
  priceGroup: PriceGroupId | null
}

/**
 * `updateRules` gives the rule to services that were imported before, beside those that they have for other currencies and price groups,
 * and counts the services. A fixed price stands before it.
 */
export async function updateRules(
  sql: Queryable,
  supplier: SupplierId,
  { selection, rule, follows, priceGroup }: Ruling & { selection: ImportSelection },
): Promise<number> {
  const { percent, fixed, minPrice, step } = rule.values
  const rules = await sql<{ id: number }[]>`
    insert into price_rules (price_group_id, service_id, currency, basis, percent, fixed, min_price, step)
    select ${priceGroup}::int, y.service_id, ${rule.currency}, 'cost', ${percent}::text::numeric, ${fixed}, ${minPrice}, ${step}
      from synced_services y join staged_services s using (supplier_id, remote_id)
     where s.supplier_id = ${supplier} and ${isSelected(sql, selection)}
    on conflict (account_id, price_group_id, service_id, service_group, currency)
    do update set basis = excluded.basis, percent = excluded.percent, fixed = excluded.fixed, min_price = excluded.min_price, step = excluded.step
    returning id`
  if (!follows && rules.length > 0) {
    const ids = rules.map(({ id }) => id)
    await sql`update prices set rule_id = null where rule_id = any(${ids}::int[])`
    await sql`delete from price_rules where id = any(${ids}::int[])`
  }
  return rules.length
}

/** `selectSelected` gives the selected services that are not imported and that no route leads to, in the order of the list. */
export async function selectSelected(
  sql: Queryable,
  supplier: SupplierId,
  { selection, after, limit }: { selection: ImportSelection; after: number; limit: number },
): Promise<StagedService[]> {
  return sql<StagedService[]>`
    select remote_id, type, position, group_name, name, kind, cost::text as cost, delivery_time, description, min_quantity,
           max_quantity, quantity_options, box, fields
      from staged_services s
     where s.supplier_id = ${supplier} and s.position > ${after} and ${isSelected(sql, selection)}
       and not exists (select from synced_services y
                        where y.supplier_id = s.supplier_id and y.remote_id = s.remote_id)
       and not exists (select from supplier_routes r
                        where r.supplier_id = s.supplier_id and r.remote_service = s.remote_id)
     order by s.position limit ${limit}`
}

export async function countSelected(
  sql: Queryable,
  supplier: SupplierId,
  selection: ImportSelection,
): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from staged_services s where s.supplier_id = ${supplier} and ${isSelected(sql, selection)}`
  return row?.count ?? 0
}

/** `selectCodes` gives the codes of all services, in lower case. */
export async function selectCodes(sql: Queryable): Promise<string[]> {
  const rows = await sql<{ code: string }[]>`select lower(code) as code from services`
  return rows.map(({ code }) => code)
}

/** `lockServices` lets no other transaction write services until this one ends, so that a free code stays free. */
export async function lockServices(sql: Queryable): Promise<void> {
  await sql`lock table services in share row exclusive mode`
}

/** Imported is a new service with its one route and its price. */
export interface Imported {
  service: Omit<Service, 'id'>
  remoteId: string
  /** `cost` is in micros of the supplier's currency. */
  cost: bigint
  /** `price` is in micros of the rule's currency. */
  price: bigint
  theirs: Map<string, string>
}

export async function insertImported(
  sql: Queryable,
  supplier: SupplierId,
  { imported, rule, follows, priceGroup }: Ruling & { imported: Imported[] },
): Promise<void> {
  const rows = imported.map(({ service, remoteId, cost, price, theirs }) => ({
    code: service.code,
    name: service.name,
    group_name: service.group,
    description: service.description,
    delivery_time: service.deliveryTime,
    kind: service.kind,
    input_schema: service.inputSchema,
    fields: service.fields,
    min_quantity: service.minQuantity,
    quantity_options: service.quantityOptions,
    input_name: service.inputName,
    input_hint: service.inputHint,
    min_input_length: service.minInputLength,
    max_input_length: service.maxInputLength,
    max_quantity: service.maxQuantity,
    duplicate_policy: service.duplicatePolicy,
    remote_id: remoteId,
    cost: cost.toString(),
    price: price.toString(),
    theirs: Object.fromEntries(theirs),
    made: detailsOf(service),
  }))
  const { percent, fixed, minPrice, step } = rule.values
  // Where the price follows, triggers make it by the rule.
  await sql`
    with given as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as given (
        code text, name text, group_name text, description text, delivery_time text, kind service_kind,
        input_schema jsonb, fields jsonb, min_quantity integer, max_quantity integer,
        quantity_options integer[], input_name text, input_hint text, min_input_length integer, max_input_length integer,
        duplicate_policy duplicate_policy, remote_id text, cost bigint, price bigint, theirs jsonb,
        made jsonb)
    ), made as (
      insert into services (code, name, group_name, description, delivery_time, kind, input_schema, fields,
                            min_quantity, max_quantity, quantity_options, input_name, input_hint,
                            min_input_length, max_input_length, duplicate_policy)
      select code, name, group_name, description, delivery_time, kind, input_schema, fields, min_quantity,
             max_quantity, quantity_options, input_name, input_hint, min_input_length, max_input_length,
             duplicate_policy from given
      returning id, code
    ), whole as materialized (
      select made.id, given.* from made join given using (code)
    ), priced as (
      insert into prices (service_id, price_group_id, currency, unit_price)
      select id, ${priceGroup}::int, ${rule.currency}, price from whole where not ${follows}::boolean
    ), synced as (
      insert into synced_services (service_id, supplier_id, remote_id, made) select id, ${supplier}, remote_id, made from whole
    ), ruled as (
      insert into price_rules (price_group_id, service_id, currency, basis, percent, fixed, min_price, step)
      select ${priceGroup}::int, id, ${rule.currency}, 'cost', ${percent}::text::numeric, ${fixed}, ${minPrice}, ${step}
        from whole where ${follows}::boolean
    ), routed as (
      insert into supplier_routes (service_id, supplier_id, remote_service, cost, available)
      select id, ${supplier}, remote_id, cost, true from whole
      returning id, service_id
    )
    insert into supplier_route_fields (route_id, ours, theirs)
    select routed.id, f.key, f.value from routed join whole on whole.id = routed.service_id,
           lateral jsonb_each_text(whole.theirs) f`
}
