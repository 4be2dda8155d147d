import { type Static, Type } from 'typebox'
import { actorNames } from '../../../audit/actors.ts'
import { MAX_ID } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import type { Desk } from '../../../people/desk.ts'
import { connectSupplier, findSupplier, type SupplierConnection } from '../../../suppliers/suppliers.ts'
import { previewJson, reportJson } from '../../../sync/as-json.ts'
import type { AttachBy } from '../../../sync/attach.ts'
import { type ImportInput, type ImportRequest, readImport } from '../../../sync/import.ts'
import { readList, type ShownList, showList } from '../../../sync/read-list.ts'
import { BrokenList, listOf } from '../../../sync/remote-list.ts'
import {
  listRuns,
  MAX_LIST_MS,
  type SyncRun,
  type SyncSchedule,
  scheduleSync,
  scheduleVersion,
  syncScheduleOf,
} from '../../../sync/schedule.ts'
import { applySync, previewSync } from '../../../sync/sync.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import {
  amount,
  bodyOf,
  changesOf,
  givenAmount,
  id,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
  version,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Suppliers'

const supplierParams = Type.Object({ supplier: text(100, { description: 'Id or name' }) })

const texts = (description: string) => Type.Array(text(500), { description, maxItems: 5000 })

/** `wanted` is what is done beside taking over costs and what is available. */
const wanted = {
  accept_jumps: Type.Optional(
    Type.Union([oneOf(['all']), texts('Their ids')], {
      description: 'Costs that are right, though they have changed by more than `max_jump`',
    }),
  ),
  import: Type.Optional(
    bodyOf({
      all: Type.Optional(Type.Boolean({ description: 'Every service of the list' })),
      groups: Type.Optional(texts('Those of these groups of theirs')),
      remote_services: Type.Optional(texts('Those with these ids of theirs')),
      percent: Type.Optional(text(30, { description: 'Sold for the cost and so many percent of it' })),
      fixed: Type.Optional(givenAmount('And this amount')),
      round: Type.Optional(givenAmount('Rounded up to a multiple of this')),
      min_price: Type.Optional(givenAmount('And never for less than this')),
      currency: Type.Optional(text(3, { description: "Of the sale price; the supplier's when left out" })),
      price_group: Type.Optional(
        text(100, { description: 'The price is for this group only; for everyone when left out' }),
      ),
      into: Type.Optional(
        text(200, { description: "Into this group of ours; into the supplier's own when left out" }),
      ),
      follow: Type.Boolean({ default: true, description: 'Prices follow later costs' }),
    }),
  ),
  attach: Type.Optional(
    Type.Union(
      [
        oneOf(['code', 'name']),
        Type.Array(bodyOf({ ours: text(200), theirs: text(200) }), { maxItems: 20_000 }),
      ],
      {
        description:
          'Which services of ours get a route to theirs, too: those with the same code or name, or these pairs of an id or code of ours and an id of theirs',
      },
    ),
  ),
}

const wantedBody = Type.Object(wanted)
type Wanted = Static<typeof wantedBody>

/** `names` are those that the domain has for values of a body. */
const names = {
  group: 'import.groups',
  remoteService: 'import.remote_services',
  ...Object.fromEntries(
    ['percent', 'fixed', 'round', 'currency', 'into'].map((name) => [name, `import.${name}`]),
  ),
  minPrice: 'import.min_price',
  priceGroup: 'import.price_group',
  acceptJump: 'accept_jumps',
}

const importInput = (given: NonNullable<Wanted['import']>, currency: string): ImportInput => ({
  selection: {
    ...{ all: given.all ?? false, groups: given.groups ?? [] },
    ids: given.remote_services ?? [],
  },
  ...{ follows: given.follow, into: given.into, priceGroup: given.price_group },
  ...{ percent: given.percent, fixed: given.fixed, round: given.round, minPrice: given.min_price },
  currency: given.currency?.toUpperCase() ?? currency,
})

async function readWanted(
  { read }: Desk,
  { import: given, attach, accept_jumps: acceptJumps }: Wanted,
  currency: string,
): Promise<{
  importing: ImportRequest | undefined
  attaching: AttachBy | undefined
  acceptJumps: Wanted['accept_jumps']
}> {
  const importing = given && (await readImport(read, importInput(given, currency)))
  const attaching = Array.isArray(attach) ? attach.map((pair, at) => ({ ...pair, line: at + 1 })) : attach
  return { importing, attaching, acceptJumps }
}

const count = Type.Integer()
const counts = Type.Object({ new: count, cost: count, details: count, gone: count, unchanged: count })
const values = Type.Record(Type.String(), Type.Unknown())

/** `listed` is what there is to say of a list, whether it is applied or not. */
const listed = {
  supplier: Type.String(),
  currency: Type.String({ description: 'Of the costs' }),
  error: orNull(Type.String(), 'Why nothing was changed, or would be'),
  left_out: Type.Array(
    Type.Object({
      ...{ remote_service: orNull(Type.String()), group: Type.String(), name: Type.String() },
      reason: Type.String(),
    }),
    { description: 'What cannot be sold' },
  ),
  jumps: Type.Array(
    Type.Object({
      ...{ remote_service: Type.String(), name: Type.String(), cost: amount(), new_cost: amount() },
    }),
    {
      description:
        'Costs that have changed by more than they may: the known ones stand until they are accepted',
    },
  ),
  followed: Type.Array(
    Type.Object({
      ...{ service: id, service_code: Type.String(), remote_service: Type.String(), detail: Type.String() },
      ...{ old: values, new: orNull(values), follows: Type.Boolean() },
      why: orNull(Type.String(), 'Why ours stays as it is'),
    }),
    { description: 'Quantities, inputs and fields of imported services that are otherwise now' },
  ),
  attached: Type.Optional(
    Type.Object({
      routes: Type.Array(
        Type.Object({
          ...{ service: id, service_code: Type.String(), remote_service: Type.String(), name: Type.String() },
          cost: amount(),
        }),
      ),
      there_already: count,
      above_the_price: Type.Array(
        Type.Object({
          ...{ service: id, service_code: Type.String(), remote_service: Type.String(), cost: amount() },
          ...{ price: amount(), currency: Type.String() },
        }),
      ),
      unmatched: Type.Array(
        Type.Object({
          ...{
            line: orNull(count, 'Which pair, from 1 on'),
            ours: orNull(Type.String()),
            theirs: orNull(Type.String()),
          },
          reason: Type.String(),
        }),
      ),
    }),
  ),
}

const preview = Type.Object({
  ...listed,
  outcome: oneOf(['ok', 'suspicious', 'failed'], {
    description: '`suspicious`: the list has lost more than `max_loss`; `failed`: it is not whole',
  }),
  listed: count,
  known: count,
  counts,
  groups: Type.Array(Type.Object({ group: Type.String(), ...counts.properties })),
  changes: Type.Array(
    Type.Object({
      ...{ remote_service: Type.String(), group: Type.String(), name: Type.String() },
      change: oneOf(['new', 'cost', 'details', 'gone', 'unchanged']),
      changed: Type.Array(Type.String()),
      ...{ old_cost: orNull(amount()), new_cost: orNull(amount()), old_currency: orNull(Type.String()) },
      waits: Type.Boolean({ description: 'The cost has jumped, and the known one stands' }),
      sale_price: Type.Optional(orNull(amount(), 'What an import would sell it for; null: none takes it')),
      sale_currency: Type.Optional(Type.String()),
    }),
    { description: 'What an import would take, and what is otherwise than before' },
  ),
  total: Type.Integer({ description: 'How many changes there are in all' }),
  plan: orNull(Type.String(), 'What to apply exactly this with'),
})

const report = Type.Object({
  ...listed,
  run: Type.Integer(),
  applied: Type.Boolean(),
  outcome: oneOf(['ok', 'suspicious', 'failed']),
  ...{ listed: orNull(count), known: orNull(count), counts: orNull(counts) },
  routes: Type.Integer({ description: 'Whose cost or availability was changed' }),
  imported: count,
  ruled: Type.Integer({ description: 'That were imported before, and have the rule now' }),
  repriced: count,
  kept: Type.Integer({ description: 'Prices that were set by hand, and stay' }),
  unpriced: Type.Integer({ description: 'Prices that stay for want of an exchange rate' }),
  ...{ deactivated: count, reactivated: count },
  skipped: Type.Array(Type.Object({ remote_service: Type.String(), reason: Type.String() })),
})

const place = Type.Object({ service: id, code: Type.String(), name: Type.String() })

const keptList = Type.Object({
  id: Type.Integer({ description: 'Names this reading: a plan `supplier.import` is made of it' }),
  ...{ read_at: time(), read_by: Type.String(), currency: Type.String({ description: 'Of the costs' }) },
  read_by_name: orNull(Type.String(), 'The name of that person'),
  suspicion: orNull(
    Type.String(),
    'Why it is to be approved by a plan `supplier.changes` before anything is imported',
  ),
  counts: Type.Object({
    listed: count,
    new: Type.Integer({ description: 'That no service of ours is of' }),
    ours: count,
    changed: Type.Integer({ description: 'Whose cost is another one than before' }),
    gone: count,
    left_out: count,
  }),
  left_out: listed.left_out,
  services: Type.Array(
    Type.Object({
      ...{ remote_service: Type.String(), group: Type.String(), name: Type.String(), kind: Type.String() },
      ...{ delivery_time: Type.String(), cost: amount(), old_cost: orNull(amount(), 'null: it is the same') },
      verdict: oneOf(['new', 'ours']),
      ours: Type.Array(place, { description: 'Services of ours that go there already' }),
      near: orNull(
        Type.Object({
          ...place.properties,
          percent: Type.Integer({ description: 'How alike the names are' }),
        }),
        'A service of ours that it may be a further route of',
      ),
    }),
  ),
  gone: Type.Array(Type.Object({ remote_service: Type.String(), name: Type.String() })),
})

function wireList(
  { services, leftOut, gone, ...list }: ShownList,
  currency: string,
  names: ReadonlyMap<string, string>,
): Static<typeof keptList> {
  const isOurs = services.filter(({ verdict }) => verdict === 'ours').length
  const money = (value: bigint): string => formatMicros(value, currency)
  return {
    ...{ id: list.id, read_at: list.readAt, read_by: list.readBy, currency, suspicion: list.suspicion },
    read_by_name: names.get(list.readBy) ?? null,
    counts: {
      ...{ listed: services.length, new: services.length - isOurs, ours: isOurs, gone: gone.length },
      ...{ changed: services.filter((one) => one.oldCost !== null).length, left_out: leftOut.length },
    },
    left_out: leftOut.map((one) => ({
      ...{ remote_service: one.id || null, group: one.group, name: one.name, reason: one.reason },
    })),
    services: services.map(({ near, ...one }) => ({
      ...{ remote_service: one.remoteId, group: one.group, name: one.name, kind: one.kind },
      ...{ delivery_time: one.deliveryTime, cost: money(one.cost), verdict: one.verdict },
      old_cost: one.oldCost === null ? null : money(one.oldCost),
      ours: one.ours.map((ours) => ({ service: ours.id, code: ours.code, name: ours.name })),
      near: near
        ? { service: near.ours.id, code: near.ours.code, name: near.ours.name, percent: near.percent }
        : null,
    })),
    gone: gone.map((one) => ({ remote_service: one.remoteId, name: one.name })),
  }
}

const run = Type.Object({
  id,
  trigger: oneOf(['manual', 'scheduled']),
  actor: Type.String(),
  actor_name: orNull(Type.String(), 'What the person or program is called now'),
  started_at: time(),
  finished_at: orNull(time(), 'null: it is under way, or was cut off'),
  outcome: orNull(oneOf(['ok', 'failed', 'suspicious'])),
  counts: Type.Record(Type.String(), Type.Number()),
  error: orNull(Type.String()),
})

const wireRun = (one: SyncRun, names: ReadonlyMap<string, string>): Static<typeof run> => ({
  ...{ id: one.id, trigger: one.trigger, actor: one.actor, started_at: one.startedAt },
  actor_name: names.get(one.actor) ?? null,
  ...{ finished_at: one.finishedAt, outcome: one.outcome, counts: one.counts, error: one.error },
})

const schedule = Type.Object({
  every_minutes: orNull(Type.Integer(), 'null: only when somebody asks for it'),
  next_at: orNull(time()),
  max_loss: Type.Integer({ description: 'How many percent of it may be gone before a person must say so' }),
  max_jump: Type.Integer({
    description: 'By how many percent a cost may change before a person must say so',
  }),
  version,
})

const wireSchedule = (one: SyncSchedule): Static<typeof schedule> => ({
  ...{ every_minutes: one.everyMinutes, next_at: one.nextAt, max_loss: one.maxLoss, max_jump: one.maxJump },
  version: scheduleVersion(one),
})

export const supplierListRoutes = ({
  sealer,
  context,
  clock,
  closing,
}: Pick<OperatorDeps, 'sealer' | 'context' | 'clock' | 'closing'>) => {
  /** `reading` opens a supplier whose list is read. */
  async function reading<T>(
    desk: Desk,
    named: string,
    body: Wanted,
    work: (
      opened: SupplierConnection,
      list: ReturnType<typeof listOf>,
      asked: Awaited<ReturnType<typeof readWanted>>,
    ) => Promise<T>,
  ): Promise<T> {
    const opened = await connectSupplier(desk.read, await sealer(), context, named)
    try {
      return await inFieldsOf(names, async () => {
        const asked = await readWanted(desk, body, opened.config.currency)
        const list = listOf(opened, AbortSignal.any([closing, AbortSignal.timeout(MAX_LIST_MS)]))
        return await work(opened, list, asked)
      })
    } finally {
      await opened.supplier.close?.()
    }
  }

  return [
    route({
      method: 'POST',
      path: '/suppliers/:supplier/sync/preview',
      name: 'previewSupplierList',
      section,
      summary:
        "Read a supplier's list, and say row by row what taking it over would change; nothing is changed",
      description: 'Reading a long list takes minutes.',
      command: 'supplier sync',
      access: 'suppliers.sync',
      isApart: true,
      isLong: true,
      params: supplierParams,
      body: bodyOf({
        ...wanted,
        only_groups: Type.Optional(texts('Show the changes of these groups of theirs only')),
        limit: Type.Integer({
          minimum: 1,
          maximum: 20_000,
          default: 1000,
          description: 'Show so many changes',
        }),
      }),
      answer: preview,
      refusals: ['not_found', 'invalid_input', 'conflict'],
      handle: ({ desk, work, params, body }) =>
        reading(desk, params.supplier, body, async ({ config }, list, asked) => {
          const about = { ...config, saleCurrency: asked.importing?.rule.currency }
          const options = { ...asked, groups: body.only_groups ?? null, limit: body.limit }
          try {
            const found = await previewSync(work, config, list, options)
            const { outcome, ...json } = previewJson(about, found)
            return { ...json, outcome: outcome as 'ok', total: found.total, plan: found.plan }
          } catch (error) {
            if (!(error instanceof BrokenList)) throw error
            return {
              ...{ supplier: config.name, currency: config.currency, outcome: 'failed' as const },
              ...{ error: error.message, listed: 0, known: 0, left_out: [], jumps: [], followed: [] },
              counts: { new: 0, cost: 0, details: 0, gone: 0, unchanged: 0 },
              ...{ groups: [], changes: [], total: 0, plan: null },
            }
          }
        }),
    }),
    route({
      method: 'POST',
      path: '/suppliers/:supplier/sync',
      name: 'applySupplierList',
      section,
      summary:
        "Take a supplier's list over: costs, what is available, and what else is asked for; all of it or nothing",
      description:
        'The list is read anew. Whoever asks twice changes nothing twice: what is ours already is not imported again. The run is in `GET /suppliers/{supplier}/syncs`, also where the answer was lost.',
      command: 'supplier sync',
      access: 'suppliers.sync',
      further: [{ field: 'import', permission: 'prices.edit' }],
      isApart: true,
      isLong: true,
      params: supplierParams,
      body: bodyOf({
        ...wanted,
        accept_loss: Type.Optional(
          Type.Boolean({
            description: 'What the list has lost is really gone, though it is more than `max_loss`',
          }),
        ),
        plan: Type.Optional(
          text(50, { description: 'That of a preview: if something else would be done by now, nothing is' }),
        ),
      }),
      answer: report,
      refusals: ['not_found', 'invalid_input', 'conflict'],
      handle: ({ desk, work, params, body }) =>
        reading(desk, params.supplier, body, async ({ config }, list, asked) => {
          const { accept_loss: acceptLoss, plan } = body
          const options = { ...asked, acceptLoss, plan, trigger: 'manual', actor: desk.actor, clock } as const
          return reportJson(config, await applySync(work, config, list, options))
        }),
    }),
    route({
      method: 'POST',
      path: '/suppliers/:supplier/list',
      name: 'readSupplierList',
      section,
      summary: "Read a supplier's list and keep it, to choose from it by a plan `supplier.import`",
      description:
        'Nothing else is changed. It takes the place of the list that was read before, and is kept until a list is taken over. Reading a long list takes minutes.',
      access: 'suppliers.sync',
      isApart: true,
      isLong: true,
      params: supplierParams,
      answer: Type.Object({
        list: orNull(keptList, 'null: it could not be read, and the one from before stays'),
        error: orNull(Type.String(), 'What could not be read'),
      }),
      refusals: ['not_found', 'invalid_input', 'conflict'],
      handle: ({ desk, work, params }) =>
        reading(desk, params.supplier, {}, async ({ config }, list) => {
          try {
            await readList(work, config, list, { actor: desk.actor, clock })
          } catch (error) {
            if (!(error instanceof BrokenList)) throw error
            return { list: null, error: error.message }
          }
          const read = await showList(work, config)
          if (!read) return { list: null, error: null }
          const names = await actorNames(desk.read, [read.readBy])
          return { list: wireList(read, config.currency, names), error: null }
        }),
    }),
    route({
      method: 'GET',
      path: '/suppliers/:supplier/list',
      name: 'getSupplierList',
      section,
      summary: 'The list that was read last and was not taken over, beside what we have',
      access: 'suppliers.sync',
      params: supplierParams,
      answer: Type.Object({ list: orNull(keptList, 'null: there is none') }),
      refusals: ['not_found'],
      handle: async ({ desk, params }) => {
        const supplier = await findSupplier(desk.read, params.supplier)
        const list = await showList(desk.read, supplier)
        if (!list) return { list: null }
        const names = await actorNames(desk.read, [list.readBy])
        return { list: wireList(list, supplier.currency, names) }
      },
    }),
    route({
      method: 'GET',
      path: '/suppliers/:supplier/syncs',
      name: 'listSupplierSyncs',
      section,
      summary: "How a supplier's list was taken over, or why not, the newest first",
      access: 'suppliers.read',
      params: supplierParams,
      query: Type.Object(pageQuery),
      answer: pageOf(run),
      refusals: ['not_found'],
      handle: async ({ desk, params, query: { limit, cursor } }) => {
        const { id: supplier } = await findSupplier(desk.read, params.supplier)
        const before = readCursor(cursor, { supplier }, MAX_ID)
        const found = await listRuns(desk.read, supplier, { before, limit: limit + 1 })
        const { items, next } = pageOfFound(found, limit, (last) => last.id)
        const names = await actorNames(
          desk.read,
          items.map(({ actor }) => actor),
        )
        return {
          page: {
            items: items.map((one) => wireRun(one, names)),
            next_cursor: cursorText(next, { supplier }),
          },
        }
      },
    }),
    route({
      method: 'GET',
      path: '/suppliers/:supplier/schedule',
      name: 'getSupplierSchedule',
      section,
      summary: "When a supplier's list is taken over by itself, and what it may change then",
      access: 'suppliers.read',
      params: supplierParams,
      answer: schedule,
      refusals: ['not_found'],
      handle: async ({ desk, params }) =>
        wireSchedule(await syncScheduleOf(desk.read, (await findSupplier(desk.read, params.supplier)).id)),
    }),
    route({
      method: 'PATCH',
      path: '/suppliers/:supplier/schedule',
      name: 'changeSupplierSchedule',
      section,
      summary: 'Change what is given of that',
      command: 'supplier sync',
      access: 'suppliers.sync',
      needsVersion: true,
      params: supplierParams,
      body: changesOf({
        every_minutes: orNull(Type.Integer({ minimum: 1, maximum: 525_600 })),
        max_loss: Type.Integer({ minimum: 0, maximum: 100 }),
        max_jump: Type.Integer({ minimum: 0, maximum: 1000 }),
      }),
      answer: schedule,
      refusals: ['not_found', 'invalid_input'],
      handle: async ({ desk, params, body, version: seen }) => {
        const { id: supplier } = await findSupplier(desk.change, params.supplier)
        const { every_minutes: everyMinutes, max_loss: maxLoss, max_jump: maxJump } = body
        const changes = {
          ...(everyMinutes !== undefined && { everyMinutes }),
          ...(maxLoss !== undefined && { maxLoss }),
          ...(maxJump !== undefined && { maxJump }),
        }
        return wireSchedule(await scheduleSync(desk.change, supplier, { now: clock.now(), seen, ...changes }))
      },
    }),
  ]
}
