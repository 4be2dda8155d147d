import { type Static, Type } from 'typebox'
import { actorNames } from '../../../audit/actors.ts'
import type { PlanId } from '../../../lib/ids.ts'
import type { Why } from '../../../lib/whys.ts'
import type { Desk } from '../../../people/desk.ts'
import { findKind, planKinds } from '../../../plans/kinds/index.ts'
import type { KeptRow, PlanView } from '../../../plans/plan.ts'
import type { PlanKind, PlanMoney } from '../../../plans/plan-kind.ts'
import {
  applyPlan,
  checkInput,
  discardPlan,
  findPlan,
  listPlans,
  makePlan,
  planRows,
  showPlan,
} from '../../../plans/plans.ts'
import type { StaffPermission } from '../../../staff/roles.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import { amount, bodyOf, idParams, oneOf, orNull, pageOf, pageQuery, text, time } from '../../kit/shapes.ts'
import { type Caller, refuseUnless } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { type Call, route } from '../route.ts'

const section = 'Plans'

const values = Type.Record(Type.String(), Type.Unknown())

const plan = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  state: oneOf(['ready', 'applying', 'applied', 'discarded', 'ended'], {
    description: '`ended`: it was not applied in time, and another one is to be made',
  }),
  actor: Type.String(),
  actor_name: orNull(Type.String(), 'What the person, program or key is called now'),
  created_at: time(),
  ends_at: time('Until when it may be applied'),
  rows: Type.Integer(),
  verdicts: Type.Record(Type.String(), Type.Integer(), { description: 'How many rows have which verdict' }),
  summary: values,
  needs: Type.Array(Type.String(), { description: 'What `confirm` must have when it is applied' }),
  may_apply: Type.Boolean({ description: 'You have the permissions for that' }),
  outcomes: Type.Object({ done: Type.Integer(), skipped: Type.Integer(), failed: Type.Integer() }),
  applied_by: orNull(Type.String()),
  applied_by_name: orNull(Type.String(), 'What the person, program or key is called now'),
  applied_at: orNull(time()),
  finished_at: orNull(time()),
  why: orNull(Type.String()),
  undone_by: orNull(Type.String(), 'The kind of plan that undoes it, with `{plan: id}` as its input'),
})

/** `saying` is what the server says, for programs that say it in another language. */
const saying = Type.Object({
  code: Type.String(),
  params: Type.Record(Type.String(), Type.Unknown(), {
    description: 'Its values; `message` says it in English',
  }),
})

const sayingOf = ({ message, keyword, params = {} }: Why): Static<typeof saying> | null =>
  keyword === undefined ? null : { code: keyword, params: { ...params, message } }

const row = Type.Object({
  position: Type.Integer(),
  subject: values,
  before: orNull(values, 'null: it was not there'),
  after: orNull(values, 'null: it is no more'),
  money: orNull(
    Type.Record(Type.String(), orNull(amount())),
    'Amounts in its `currency`; `cost` and `margin` only for who has `costs.read`',
  ),
  verdict: Type.String(),
  warnings: Type.Array(Type.String()),
  warnings_said: Type.Array(orNull(saying), { description: 'Each of `warnings` for programs' }),
  outcome: orNull(oneOf(['done', 'skipped', 'failed']), 'null: nothing yet'),
  reason: orNull(Type.String()),
  reason_said: orNull(saying, 'The same as `reason` for programs'),
})

type Wire = Static<typeof plan>

/** `named` gives plans as the API shows them to a caller, with the names of those who made and applied them. */
async function named(
  read: Desk['read'],
  plans: readonly PlanView[],
  { caller, clock }: { caller: Caller; clock: OperatorDeps['clock'] },
): Promise<Wire[]> {
  const names = await actorNames(
    read,
    plans.flatMap(({ actor, appliedBy }) => [actor, ...(appliedBy === null ? [] : [appliedBy])]),
  )
  const now = clock.now()
  return plans.map((one) => wirePlan(one, names, caller, now))
}

/** `namedOne` is `named` for one. */
const namedOne = async (
  read: Desk['read'],
  one: PlanView,
  of: { caller: Caller; clock: OperatorDeps['clock'] },
): Promise<Wire> => (await named(read, [one], of))[0] as Wire

function wirePlan(
  one: PlanView,
  names: ReadonlyMap<string, string>,
  { permissions }: Caller,
  now: Date,
): Wire {
  const kind = planKinds.find(({ name }) => name === one.kind)
  const isOver = one.state === 'ready' && one.endsAt <= now
  const needed = [
    ...(kind?.permissions ?? []),
    ...one.needs.flatMap((name) => kind?.confirmations?.[name] ?? []),
  ]
  return {
    ...{ id: one.id, kind: one.kind, state: isOver ? 'ended' : one.state },
    ...{ actor: one.actor, actor_name: names.get(one.actor) ?? null },
    ...{ created_at: one.createdAt, ends_at: one.endsAt, rows: one.rowCount, verdicts: one.verdicts },
    ...{ summary: { ...one.summary }, needs: one.needs, outcomes: one.outcomes },
    may_apply: kind !== undefined && needed.every((permission) => permissions.has(permission)),
    applied_by_name: one.appliedBy === null ? null : (names.get(one.appliedBy) ?? null),
    ...{ applied_by: one.appliedBy, applied_at: one.appliedAt, finished_at: one.finishedAt, why: one.why },
    undone_by: one.state === 'applied' ? (kind?.undoneBy ?? null) : null,
  }
}

/** OF_COSTS are amounts that only those with `costs.read` see. */
const OF_COSTS = ['cost', 'margin']

const wireRow = (one: KeptRow, { permissions }: Caller): Static<typeof row> => ({
  ...{ position: one.position, subject: { ...one.subject }, before: one.before && { ...one.before } },
  ...{
    after: one.after && { ...one.after },
    verdict: one.verdict,
    warnings: one.warnings.map(({ message }) => message),
  },
  warnings_said: one.warnings.map(sayingOf),
  money: one.money && moneyFor(one.money, permissions),
  ...{ outcome: one.outcome, reason: one.reason?.message ?? null },
  reason_said: one.reason && sayingOf(one.reason),
})

const moneyFor = (money: PlanMoney, permissions: ReadonlySet<StaffPermission>): PlanMoney =>
  permissions.has('costs.read')
    ? money
    : (Object.fromEntries(Object.entries(money).filter(([name]) => !OF_COSTS.includes(name))) as PlanMoney)

/** `mayRead` finds the plan of a path that the caller may read. */
async function mayRead({ desk, caller, params }: Call<Static<typeof idParams>>): Promise<PlanId> {
  const { id, kind } = await findPlan(desk.read, params.id as PlanId)
  refuseUnless(caller, [findKind(kind).reading])
  return id
}

/** `mayApply` finds the plan of a path that the caller may apply. */
async function mayApply({ desk, caller, params }: Call<Static<typeof idParams>>): Promise<PlanKind> {
  const kind = findKind((await findPlan(desk.change, params.id as PlanId)).kind)
  refuseUnless(caller, kind.permissions, { isChange: true })
  return kind
}

const list = planKinds
  .map(
    ({ name, what, permissions }) =>
      `\`${name}\` (${what}; needs ${permissions.map((one) => `\`${one}\``).join(' and ')})`,
  )
  .join(', ')

export const planRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/plan-kinds',
    name: 'listPlanKinds',
    section,
    summary: 'What can be changed by a plan, and what each kind takes',
    access: 'caller',
    answer: Type.Object({
      items: Type.Array(
        Type.Object({
          kind: Type.String(),
          what: Type.String(),
          permissions: Type.Array(Type.String(), { description: 'All of them are needed' }),
          confirmations: Type.Record(Type.String(), Type.String(), {
            description: 'What `needs` of a plan may have, with the permission that it takes',
          }),
          input: Type.Unsafe<object>({ type: 'object', description: 'A JSON Schema' }),
        }),
      ),
    }),
    handle: () => ({
      items: planKinds.map(({ name, what, permissions, confirmations = {}, input }) => ({
        ...{ kind: name, what, permissions: [...permissions], confirmations: { ...confirmations }, input },
      })),
    }),
  }),
  route({
    method: 'GET',
    path: '/plans',
    name: 'listPlans',
    section,
    summary: 'Plans of the kinds that you may read, the newest first',
    access: 'caller',
    query: Type.Object({ ...pageQuery, kind: Type.Optional(oneOf(planKinds.map(({ name }) => name))) }),
    answer: pageOf(plan),
    handle: async ({ desk, caller, query: { limit, cursor, ...given } }) => {
      const before = readCursor(cursor, given)
      const { permissions } = caller
      const { plans, next } = await listPlans(desk.read, { kind: given.kind, permissions, before, limit })
      return {
        page: {
          items: await named(desk.read, plans, { caller, clock }),
          next_cursor: cursorText(next, given),
        },
      }
    },
  }),
  route({
    method: 'POST',
    path: '/plans',
    name: 'makePlan',
    section,
    summary: 'Say what a change of many things would do, row by row, and change nothing',
    description: `Kinds: ${list}. It may be applied within 24 hours, and is kept for 90 days.`,
    access: 'caller',
    isOnce: true,
    further: planKinds.flatMap(({ name, permissions }) =>
      permissions.map((permission) => ({ field: 'kind', value: name, permission })),
    ),
    body: bodyOf({
      kind: oneOf(planKinds.map(({ name }) => name)),
      input: Type.Unsafe<unknown>({
        type: 'object',
        additionalProperties: true,
        description: 'As `GET /plan-kinds` describes it',
      }),
    }),
    answer: plan,
    refusals: ['invalid_input', 'not_found', 'service_not_found', 'conflict'],
    handle: async ({ desk, caller, body }) => {
      const kind = findKind(body.kind)
      const { input } = body
      checkInput(kind, input)
      const made = await inFieldsOf({ ...kind.fields }, () =>
        makePlan(desk.change, { kind, input, by: caller, clock }),
      )
      return namedOne(desk.change, made, { caller, clock })
    },
  }),
  route({
    method: 'GET',
    path: '/plans/:id',
    name: 'getPlan',
    section,
    summary: 'One plan, with how far it has come',
    access: 'caller',
    params: idParams,
    answer: plan,
    refusals: ['not_found', 'permission_denied'],
    handle: async (call) =>
      namedOne(call.desk.read, await showPlan(call.desk.read, await mayRead(call)), {
        ...{ caller: call.caller, clock },
      }),
  }),
  route({
    method: 'GET',
    path: '/plans/:id/rows',
    name: 'listPlanRows',
    section,
    summary: 'The rows of a plan, in their order',
    access: 'caller',
    params: idParams,
    query: Type.Object({
      ...pageQuery,
      verdict: Type.Optional(text(64)),
      outcome: Type.Optional(oneOf(['done', 'skipped', 'failed', 'open'])),
    }),
    answer: pageOf(row),
    refusals: ['not_found', 'permission_denied'],
    handle: async (call) => {
      const { limit, cursor, ...given } = call.query
      const id = await mayRead(call)
      const { outcome, verdict } = given
      const { rows, next } = await planRows(call.desk.read, id, {
        ...{ verdict, limit, outcome: outcome === 'open' ? null : outcome },
        after: readCursor(cursor, given) ?? 0,
      })
      return {
        page: {
          items: rows.map((one) => wireRow(one, call.caller)),
          next_cursor: cursorText(next, given),
        },
      }
    },
  }),
  route({
    method: 'POST',
    path: '/plans/:id/apply',
    name: 'applyPlan',
    section,
    summary: 'Do what a plan says',
    description:
      'What is of the catalogue or of prices is done at once and as a whole, or refused with `PLAN_STALE_ERROR` where something else would be ' +
      'done by now. What is of orders is done row by row behind the answer; a row whose order is no longer as it was is skipped.',
    access: 'caller',
    isOnce: true,
    params: idParams,
    body: bodyOf({
      except: Type.Optional(
        Type.Array(Type.Integer({ minimum: 1 }), {
          maxItems: 10_000,
          description: 'Positions of rows that are left out',
        }),
      ),
      why: Type.Optional(text(500)),
      confirm: Type.Optional(
        Type.Array(text(64), { maxItems: 10, description: 'All that `needs` of the plan has' }),
      ),
    }),
    answer: plan,
    refusals: ['not_found', 'permission_denied', 'conflict', 'plan_stale', 'invalid_input'],
    handle: async (call) => {
      const { desk, caller, params, body } = call
      await mayApply(call)
      const { except = [], why = '', confirm = [] } = body
      const application = { except: [...new Set(except)], why, confirm }
      const done = await applyPlan(desk.change, params.id as PlanId, application, { by: caller, clock })
      return namedOne(desk.change, done, { caller, clock })
    },
  }),
  route({
    method: 'POST',
    path: '/plans/:id/discard',
    name: 'discardPlan',
    section,
    summary: 'Have a plan never be applied',
    access: 'caller',
    isOnce: true,
    params: idParams,
    answer: plan,
    refusals: ['not_found', 'permission_denied', 'conflict'],
    handle: async (call) => {
      const { desk, caller, params } = call
      await mayApply(call)
      return namedOne(desk.change, await discardPlan(desk.change, params.id as PlanId, clock), {
        caller,
        clock,
      })
    },
  }),
]
