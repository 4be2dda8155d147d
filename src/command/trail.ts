import { type Command, Option } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import type { Change } from '../audit/change.ts'
import { type Noun, nouns } from '../audit/nouns.ts'
import { readTrail } from '../audit/trail.ts'
import { inLocalTime } from '../lib/time.ts'
import { withDatabase } from './connection.ts'
import { limitOption, pastTimeOf, wholeFrom } from './input.ts'
import { type Answer, answering, listed, withNext } from './output.ts'

export function register(program: Command): void {
  program
    .command('trail')
    .addOption(new Option('--what <noun>', 'changes of one sort of thing').choices(nouns))
    .option('--subject <id>', 'changes of one thing')
    .option('--account <id or username>', 'changes of an account and of what belongs to it')
    .option('--by <actor>', 'changes by one, such as cli:anna')
    .option('--since <time>', 'ISO date or time in UTC, or a duration before now such as 1h (m, h, d, w)')
    .option('--before <id>', 'the page behind a change', wholeFrom(1, Number.MAX_SAFE_INTEGER))
    .addOption(limitOption())
    .action(answering(list))
}

interface TrailOptions {
  what?: Noun
  subject?: string
  account?: string
  by?: string
  since?: string
  before?: number
  limit: number
}

async function list({ account, by, since, ...filter }: TrailOptions): Promise<Answer> {
  const from = since === undefined ? undefined : pastTimeOf(since, 'since')
  const { items, ...end } = await withDatabase(async ({ sql }) => {
    const accountId = account === undefined ? undefined : (await findAccount(sql, account)).id
    return readTrail(sql, { ...filter, accountId, actor: by, from })
  })
  const answer = listed(items, {
    json: ({ accountId, signInId, traceId, planId, currency: _, ...change }) => ({
      ...{ ...change, account: accountId },
      ...{ sign_in_id: signInId, trace_id: traceId, plan: planId },
    }),
    columns: {
      id: ({ id }) => id,
      at: ({ at }) => at,
      by: ({ actor, role, address }) =>
        `${actor}${role === null ? '' : ` (${role})`}${address === null ? '' : `\nfrom ${address}`}`,
      what: ({ what, subject }) => `${what} ${subject}`,
      change: changeText,
    },
    none: 'no changes',
  })
  return withNext(answer, end)
}

/** MAX_VALUE is how much of a value people are shown. */
const MAX_VALUE = 60

/** `changeText` says for example `requests_per_minute: null -> 600`. */
function changeText({ before, after, why }: Change): string {
  const said = why === null ? '' : `\nbecause: ${why}`
  if (before === null) return `made: ${valuesText(after ?? {})}${said}`
  if (after === null) return `removed: ${valuesText(before)}${said}`
  // What names the thing stands in both, as it was.
  const changed = Object.keys(after)
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${name}: ${valueText(before[name])} -> ${valueText(after[name])}`)
  return `${changed.join('\n')}${said}`
}

/** `valuesText` leaves out what says nothing: the name stands for the thing. */
const valuesText = (values: Record<string, unknown>): string =>
  ['name', 'code', 'username', 'currency', 'unit_price', 'rate', 'url', 'credit_limit', 'from_key', 'to_key']
    .filter((name) => values[name] != null)
    .map((name) => `${name} ${valueText(values[name])}`)
    .join(', ')

function valueText(value: unknown): string {
  const text = inLocalTime(typeof value === 'string' ? value : JSON.stringify(value))
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}...` : text
}
