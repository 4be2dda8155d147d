import { formatMoney, micros } from '../lib/money.ts'
import type { Attached, Dearer, Match, Unmatched } from '../sync/attach.ts'
import { table } from './output.ts'

interface About {
  name: string
  /** `currency` is that of the costs. */
  currency: string
}

/** SHOWN is how many routes, and how many services without one, people are shown; machines get all of them. */
const SHOWN = 50

export function attachedText(
  { name, currency }: About,
  { matches, attached, unmatched, dearer }: Attached,
): string {
  const more = (count: number): string[] =>
    count > SHOWN ? [`and ${count - SHOWN} more (--json gives all)`] : []
  const parts = [`routes to ${name}: ${matches.length} new, ${attached} there already`]
  if (matches.length > 0) {
    const columns = {
      service: ({ ours }: Match) => ours.code,
      name: ({ ours }: Match) => ours.name,
      theirs: ({ theirs }: Match) => theirs.remoteId,
      'their name': ({ theirs }: Match) => theirs.name,
      cost: ({ theirs }: Match) => formatMoney(micros(theirs.cost), currency),
    }
    parts.push([table(matches.slice(0, SHOWN), columns, ['cost']), ...more(matches.length)].join('\n'))
  }
  if (dearer.length > 0)
    parts.push([...dearer.slice(0, SHOWN).map(dearerText), ...more(dearer.length)].join('\n'))
  if (unmatched.length > 0) {
    const lines = unmatched.slice(0, SHOWN).map(unmatchedText)
    parts.push([...lines, ...more(unmatched.length)].join('\n'))
  }
  return parts.join('\n\n')
}

const dearerText = ({ ours, theirs, currency, cost, price }: Dearer): string =>
  `warning: ${ours.code} -> ${theirs.remoteId} costs ${formatMoney(cost, currency)}, and is sold for ${formatMoney(price, currency)}`

const unmatchedText = ({ line, ours, theirs, reason }: Unmatched): string =>
  [
    line === null ? 'no route for' : `line ${line}:`,
    [ours, theirs].filter((one) => one !== null).join(' -> ') || '(empty)',
    `: ${reason.message}`,
  ]
    .join(' ')
    .replace(' : ', ': ')
