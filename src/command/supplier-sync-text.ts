import { formatMoney, type Micros } from '../lib/money.ts'
import { shorten } from '../lib/text.ts'
import type { About, AboutPreview } from '../sync/as-json.ts'
import type { Jump } from '../sync/jumps.ts'
import type { LeftOut } from '../sync/remote-list.ts'
import type { PreviewedChange, SyncPreview, SyncReport } from '../sync/sync.ts'
import { type Cell, keyValues, table } from './output.ts'
import { attachedText } from './supplier-attach-text.ts'
import { followedText } from './supplier-follow-text.ts'

/** NOTHING_CHANGED ends every preview. */
export const NOTHING_CHANGED = 'nothing was changed: add --apply'

const heads = ['new', 'cost', 'details', 'gone', 'unchanged'] as const

export function previewText(about: AboutPreview, preview: SyncPreview): string {
  const { groups, changes, total, counts, suspicion, leftOut, jumps } = preview
  const byGroup = table(
    [...groups, { group: 'all', counts }],
    {
      group: (one) => one.group,
      ...Object.fromEntries(
        heads.map((head) => [head, (one: SyncPreview['groups'][number]) => one.counts[head]]),
      ),
    },
    [...heads],
  )
  const parts = [`${about.name}: ${preview.listed} services listed, ${preview.known} known`, byGroup]
  if (changes.length > 0) parts.push(changesTable(about, changes))
  const more = total - changes.length
  if (changes.length > 0 && more > 0)
    parts.push(`and ${more} more (--json gives all, --group those of a group)`)
  if (preview.followed.length > 0) parts.push(followedText(preview.followed))
  if (leftOut.length > 0) parts.push(leftOutText(leftOut))
  if (preview.attached) parts.push(attachedText(about, preview.attached))
  if (jumps.length > 0) parts.push(jumpsText(about, jumps))
  if (suspicion !== null) parts.push(`${suspicion}: an --apply would change nothing without --accept-loss`)
  parts.push(NOTHING_CHANGED)
  return parts.join('\n\n')
}

function jumpsText({ currency }: About, jumps: Jump[]): string {
  const lines = jumps.slice(0, SHOWN_SKIPPED).map(({ remoteId, name, cost, newCost }) => {
    const change = `${formatMoney(cost, currency)} -> ${formatMoney(newCost, currency)}`
    return `waits ${remoteId} ${name}: ${change}${percentOf(cost, newCost)}`
  })
  const more = jumps.length - SHOWN_SKIPPED
  return [
    ...lines,
    ...(more > 0 ? [`and ${more} more wait (--json gives all)`] : []),
    'a cost that has jumped stays as it was until a person takes it: --apply --accept-jump <id or all>',
  ].join('\n')
}

const percentOf = (cost: Micros, newCost: Micros): string => {
  if (cost === 0n) return ''
  const percent = ((newCost - cost) * 100n) / cost
  return ` (${percent > 0n ? '+' : ''}${percent}%)`
}

function leftOutText(leftOut: LeftOut[]): string {
  const lines = leftOut.slice(0, SHOWN_SKIPPED).map(({ id, group, name, reason }) => {
    const about = [
      id,
      shorten(name, SHOWN_NAME) || '(no name)',
      group && `(${shorten(group, SHOWN_NAME)})`,
    ].filter((part) => part !== '')
    return `left out ${about.join(' ')}: ${reason}`
  })
  const more = leftOut.length - SHOWN_SKIPPED
  return [...lines, ...(more > 0 ? [`and ${more} more left out (--json gives all)`] : [])].join('\n')
}

/** SHOWN_NAME is how much of a long name people are shown in a table. */
const SHOWN_NAME = 60

const changesTable = ({ currency, saleCurrency }: AboutPreview, changes: PreviewedChange[]): string =>
  table(
    changes,
    {
      service: (one) => one.remoteId,
      group: (one) => shorten(one.group, SHOWN_NAME),
      name: (one) => shorten(one.name, SHOWN_NAME),
      change: (one) => `${one.changed.join(', ') || one.change}${one.waits ? ' (waits)' : ''}`,
      cost: ({ oldCost, oldCurrency }) =>
        oldCost === null ? null : formatMoney(oldCost, oldCurrency ?? currency),
      'new cost': ({ oldCost, newCost }) =>
        newCost === null || newCost === oldCost ? null : formatMoney(newCost, currency),
      ...(saleCurrency !== undefined && {
        'sale price': ({ salePrice }: PreviewedChange) =>
          salePrice === null ? null : formatMoney(salePrice, saleCurrency),
      }),
    },
    ['cost', 'new cost', 'sale price'],
  )

/** SHOWN_SKIPPED is how many skipped services people are shown; machines get all of them. */
const SHOWN_SKIPPED = 20

export function reportText(about: About, { run, error, comparison, changes }: SyncReport): string {
  if (!comparison || !changes) return `${about.name}: ${error} (run ${run})`
  const { counts } = comparison
  const edited = changes.followed.filter(({ kept }) => kept !== null).length
  const pairs: [string, Cell][] = [
    ['run', run],
    ['listed', comparison.listed],
    ['left out', comparison.leftOut.length],
    ['new there', counts.new],
    ['other cost', counts.cost],
    ['of these wait (jumps)', comparison.jumps.length],
    ['other details', counts.details],
    ['gone', counts.gone],
    ['routes changed', changes.routes],
    ['imported', changes.imported],
    ['new price rule', changes.ruled],
    ['prices changed', changes.repriced],
    ['prices kept (set by hand)', changes.kept],
    ['prices kept (no exchange rate)', changes.unpriced],
    ['details that follow', changes.followed.length - edited],
    ['details kept', edited],
    ['made inactive', changes.deactivated],
    ['active again', changes.reactivated],
    ['skipped', changes.skipped.length],
  ]
  const always = new Set(['run', 'listed'])
  const lines = [keyValues(pairs.filter(([label, value]) => value !== 0 || always.has(label)))]
  for (const { remoteId, reason } of changes.skipped.slice(0, SHOWN_SKIPPED)) {
    lines.push(`skipped ${remoteId}: ${reason}`)
  }
  const more = changes.skipped.length - SHOWN_SKIPPED
  if (more > 0) lines.push(`and ${more} more skipped (--json gives all)`)
  if (comparison.leftOut.length > 0) lines.push(leftOutText(comparison.leftOut))
  if (changes.followed.length > 0) lines.push(followedText(changes.followed))
  if (changes.attached) lines.push(attachedText(about, changes.attached))
  if (comparison.jumps.length > 0) lines.push(jumpsText(about, comparison.jumps))
  return lines.join('\n')
}
