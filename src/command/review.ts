import { type Command, Option } from 'commander'
import { Refusal } from '../errors.ts'
import { type Decision, decisionsFor, type Resolved, resolveReview } from '../fulfilment/people/decisions.ts'
import { type Review, type ReviewKind, reviewKinds } from '../fulfilment/people/review.ts'
import { findReview, listReviews, type ReviewView } from '../fulfilment/people/reviews.ts'
import type { OrderId, ReviewId } from '../lib/ids.ts'
import { localTime } from '../lib/time.ts'
import { findWaitingLists } from '../sync/waiting.ts'
import { waitingListText } from '../sync/waiting-text.ts'
import { actor, withDatabase } from './connection.ts'
import { idOf, limitOption, orderIdOf } from './input.ts'
import { type Answer, answering, keyValues, listed, withRest } from './output.ts'

interface ListOptions {
  kind?: ReviewKind
  order?: OrderId
  all?: boolean
  limit: number
}

interface ResolveOptions {
  found?: string
  sendAgain?: true
  giveBack?: true
  words?: string
  result?: string
  sendAnyway?: true
  wait?: true
  grant?: true
  decline?: true
  dismiss?: true
  keep?: true
  why: string
}

export function register(program: Command): void {
  const review = program.command('review')
  review
    .command('list')
    .description('what is open, the oldest first')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(reviewKinds))
    .option('--order <order id>', 'only of this order', orderIdOf)
    .option('--all', 'resolved ones too, the newest first')
    .addOption(limitOption())
    .action(answering(list))
  review
    .command('show')
    .argument('<review id>')
    .description('one review, with what it can be resolved by')
    .action(answering(show))
  review
    .command('resolve')
    .argument('<review id...>')
    .description('decide; each decision is recorded with who and why')
    .option('--found <reference>', 'the supplier has it under this reference: it is asked about from now on')
    .option('--send-again', 'the supplier certainly did not take it: send it again')
    .option('--give-back', 'give the money back')
    .option('--words <text>', 'with --give-back: what the reseller reads')
    .option('--result <text>', 'the supplier did it, and this is the result')
    .option('--send-anyway', 'send it although it costs more than the sale allows')
    .option('--wait', 'it may take longer')
    .option('--grant', 'the reseller’s request is granted: cancelled, the money goes back')
    .option('--decline', 'the reseller’s request is declined')
    .option('--dismiss', 'seen; nothing is to be done')
    .option('--keep', 'the same for all items that the supplier refused in these words, and for later ones')
    .requiredOption('--why <text>', 'the reason, for the record')
    .action(answering(resolve))
}

async function list({ kind, order, all = false, limit }: ListOptions): Promise<Answer> {
  const { reviews, lists } = await withDatabase(async ({ sql }) => ({
    reviews: await listReviews(sql, { kind, order, all, limit: limit + 1 }),
    lists: kind === undefined && order === undefined ? await findWaitingLists(sql) : [],
  }))
  const answer = listed(reviews.slice(0, limit), {
    json: jsonOf,
    columns: {
      id: (one) => one.id,
      kind: ({ kind, resolution }) => (resolution === null ? kind : `${kind}: ${resolution}`),
      order: nameOf,
      account: (one) => one.username,
      service: (one) => one.serviceCode,
      input: (one) => one.input,
      supplier: (one) => one.supplier,
      since: (one) => one.openedAt,
      why: (one) => one.detail,
    },
    right: ['id'],
    none: all ? 'no reviews' : 'no open reviews',
  })
  const notes = lists.map((one) => `${waitingListText(one)} (imeigate supplier sync "${one.name}")`)
  return withRest({ ...answer, text: [answer.text, ...notes].join('\n') }, reviews.length > limit && 'more')
}

async function show(text: string): Promise<Answer> {
  const found = await withDatabase(({ sql }) => findReview(sql, idOf<ReviewId>(text)))
  const lines = keyValues([
    ['review', found.id],
    ['kind', found.kind],
    ['detail', found.detail],
    ['order', nameOf(found)],
    ['account', found.username],
    ['service', found.serviceCode],
    ['input', found.input],
    ['item is', found.state],
    ['supplier', found.supplier],
    ['reference there', found.reference],
    ['sent', found.sentAt],
    ['opened', `${localTime(found.openedAt)} by ${found.openedBy}`],
    [
      'resolved',
      found.resolvedAt &&
        `${localTime(found.resolvedAt)} by ${found.resolvedBy}: ${found.resolution}, ${found.why}`,
    ],
  ])
  const ways = decisionsFor[found.kind].map((kind) => `--${kind.replaceAll('_', '-')}`).join(', ')
  return {
    json: jsonOf(found),
    text:
      found.resolution === null
        ? `${lines}\n\nTo be resolved by one of ${ways}, with --why.${found.kind === 'unrecognised answer' ? KEEP : ''}`
        : lines,
  }
}

const KEEP =
  '\nWith --keep, --send-again and --give-back count for all items refused in these words, and for later ones.'

async function resolve(ids: string[], options: ResolveOptions): Promise<Answer> {
  const reviews = ids.map((id) => idOf<ReviewId>(id))
  const decision = decisionOf(options)
  return await withDatabase(async ({ sql }) => {
    const resolved: Resolved[] = []
    for (const id of reviews) {
      resolved.push(
        await resolveReview(sql, id, decision, {
          actor: actor(),
          why: options.why,
          keep: options.keep ?? false,
        }).catch((error: unknown) => {
          if (!(error instanceof Refusal) || resolved.length === 0) throw error
          const done = resolved.map((review) => review.id).join(', ')
          throw new Refusal(error.code, `${error.detail}; resolved before it: ${done}`, error.field)
        }),
      )
    }
    const json = resolved.map((review) => ({
      id: review.id,
      kind: review.kind,
      order: review.orderId,
      item: review.position,
      resolution: review.resolution,
      resolved_by: review.resolvedBy,
      why: review.why,
      resolved_at: review.resolvedAt,
      ...(review.alike !== undefined && { alike: review.alike }),
    }))
    return {
      json: json.length === 1 ? json[0] : json,
      text: resolved
        .map(
          (one) =>
            `review ${one.id} is resolved: ${one.resolution?.replaceAll('_', ' ')}${one.alike ? `, and ${one.alike} more items` : ''}`,
        )
        .join('\n'),
    }
  })
}

function decisionOf(given: ResolveOptions): Decision {
  const decisions: Decision[] = []
  if (given.found !== undefined) decisions.push({ kind: 'found', reference: given.found })
  if (given.sendAgain) decisions.push({ kind: 'send_again' })
  if (given.giveBack) decisions.push({ kind: 'give_back', message: given.words })
  if (given.result !== undefined) decisions.push({ kind: 'result', text: given.result })
  if (given.sendAnyway) decisions.push({ kind: 'send_anyway' })
  if (given.wait) decisions.push({ kind: 'wait' })
  if (given.grant) decisions.push({ kind: 'grant' })
  if (given.decline) decisions.push({ kind: 'decline' })
  if (given.dismiss) decisions.push({ kind: 'dismiss' })
  const [decision] = decisions
  if (!decision || decisions.length > 1) {
    const ways =
      '--found, --send-again, --give-back, --result, --send-anyway, --wait, --grant, --decline, --dismiss'
    throw new Refusal('invalid_input', `give exactly one of ${ways}`, 'decision')
  }
  if (given.words !== undefined && !given.giveBack) {
    throw new Refusal('invalid_input', '--words goes with --give-back', 'words')
  }
  return decision
}

const nameOf = ({ orderId, position }: Review): string =>
  position === 1 ? `${orderId}` : `${orderId} item ${position}`

const jsonOf = (one: ReviewView): unknown => ({
  id: one.id,
  kind: one.kind,
  detail: one.detail,
  order: one.orderId,
  item: one.position,
  account: one.accountId,
  username: one.username,
  service_code: one.serviceCode,
  input: one.input,
  state: one.state,
  attempt: one.attempt,
  supplier: one.supplier,
  reference: one.reference,
  sent_at: one.sentAt,
  opened_by: one.openedBy,
  opened_at: one.openedAt,
  resolution: one.resolution,
  resolved_by: one.resolvedBy,
  why: one.why,
  resolved_at: one.resolvedAt,
  decisions: one.resolution === null ? decisionsFor[one.kind] : [],
})
