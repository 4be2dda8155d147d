import { columnOf } from '../lib/attributes.ts'
import { formatMicros, micros } from '../lib/money.ts'
import type { Attached } from './attach.ts'
import type { DetailChange } from './follow.ts'
import type { Jump } from './jumps.ts'
import type { LeftOut } from './remote-list.ts'
import type { SyncPreview, SyncReport } from './sync.ts'

/** About is the supplier whose list it is. */
export interface About {
  name: string
  currency: string
}

/** AboutPreview has the currency of an import's rule; undefined: none was asked for. */
export interface AboutPreview extends About {
  saleCurrency: string | undefined
}

/** These write what is done with a list for machines: the command line, and the operator API. */
export const previewJson = ({ name, currency, saleCurrency }: AboutPreview, preview: SyncPreview) => ({
  supplier: name,
  currency,
  outcome: preview.suspicion === null ? 'ok' : 'suspicious',
  error: preview.suspicion,
  listed: preview.listed,
  known: preview.known,
  left_out: leftOutJson(preview.leftOut),
  jumps: preview.jumps.map((jump) => jumpJson(jump, currency)),
  counts: preview.counts,
  groups: preview.groups.map(({ group, counts }) => ({ group, ...counts })),
  changes: preview.changes.map((change) => ({
    remote_service: change.remoteId,
    group: change.group,
    name: change.name,
    change: change.change,
    changed: change.changed,
    old_cost: change.oldCost === null ? null : formatMicros(change.oldCost, change.oldCurrency ?? currency),
    new_cost: change.newCost === null ? null : formatMicros(change.newCost, currency),
    old_currency: change.oldCurrency,
    waits: change.waits,
    ...(saleCurrency !== undefined && {
      sale_price: change.salePrice === null ? null : formatMicros(change.salePrice, saleCurrency),
      sale_currency: saleCurrency,
    }),
  })),
  followed: followedJson(preview.followed),
  ...(preview.attached && { attached: attachedJson(preview.attached, currency) }),
})

/** `leftOutJson` has null for the id of a service that has none. */
const leftOutJson = (leftOut: LeftOut[]) =>
  leftOut.map(({ id, group, name, reason }) => ({ remote_service: id || null, group, name, reason }))

const jumpJson = ({ remoteId, name, cost, newCost }: Jump, currency: string) => ({
  remote_service: remoteId,
  name,
  cost: formatMicros(cost, currency),
  new_cost: formatMicros(newCost, currency),
})

export const reportJson = ({ name, currency }: About, report: SyncReport) => ({
  supplier: name,
  currency,
  run: report.run,
  applied: report.outcome === 'ok',
  outcome: report.outcome,
  error: report.error,
  listed: report.comparison?.listed ?? null,
  known: report.comparison?.known ?? null,
  left_out: leftOutJson(report.comparison?.leftOut ?? []),
  jumps: (report.comparison?.jumps ?? []).map((jump) => jumpJson(jump, currency)),
  counts: report.comparison?.counts ?? null,
  routes: report.changes?.routes ?? 0,
  imported: report.changes?.imported ?? 0,
  ruled: report.changes?.ruled ?? 0,
  repriced: report.changes?.repriced ?? 0,
  kept: report.changes?.kept ?? 0,
  unpriced: report.changes?.unpriced ?? 0,
  deactivated: report.changes?.deactivated ?? 0,
  reactivated: report.changes?.reactivated ?? 0,
  followed: followedJson(report.changes?.followed ?? []),
  ...(report.changes?.attached && { attached: attachedJson(report.changes.attached, currency) }),
  skipped: (report.changes?.skipped ?? []).map(({ remoteId, reason }) => ({
    remote_service: remoteId,
    reason,
  })),
})

export const attachedJson = ({ matches, attached, unmatched, dearer }: Attached, currency: string) => ({
  routes: matches.map(({ ours, theirs }) => ({
    service: ours.id,
    service_code: ours.code,
    remote_service: theirs.remoteId,
    name: theirs.name,
    cost: formatMicros(micros(theirs.cost), currency),
  })),
  there_already: attached,
  above_the_price: dearer.map(({ ours, theirs, ...amounts }) => ({
    service: ours.id,
    service_code: ours.code,
    remote_service: theirs.remoteId,
    cost: formatMicros(amounts.cost, amounts.currency),
    price: formatMicros(amounts.price, amounts.currency),
    currency: amounts.currency,
  })),
  unmatched: unmatched.map(({ reason, ...one }) => ({ ...one, reason: reason.message })),
})

export const followedJson = (followed: DetailChange[]) =>
  followed.map(({ service, remoteId, detail, kept, ...change }) => ({
    service: service.id,
    service_code: service.code,
    remote_service: remoteId,
    detail,
    old: valuesOf(change.old),
    new: change.new && valuesOf(change.new),
    follows: kept === null,
    why: kept,
  }))

/** `valuesOf` names the values of details as `service show --json` does. */
const valuesOf = ({ quantity, box, fields }: DetailChange['old']) =>
  Object.fromEntries(
    Object.entries({ ...quantity, ...box, ...(fields && { fields }) }).map(([name, value]) => [
      columnOf(name),
      value,
    ]),
  )
