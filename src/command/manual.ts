import { text as readAll } from 'node:stream/consumers'
import type { Command } from 'commander'
import { Refusal } from '../errors.ts'
import {
  answerManual,
  findManual,
  listManual,
  type ManualAnswer,
  type ManualFilter,
  type ManualItem,
  takeManual,
} from '../fulfilment/people/manual.ts'
import {
  type PastedAnswer,
  type PasteOptions,
  readPasted,
  refuseFaults,
} from '../fulfilment/people/pasted.ts'
import type { OrderId } from '../lib/ids.ts'
import { inLocalTime } from '../lib/time.ts'
import { parseOrderId } from '../orders/order.ts'
import { actor, withDatabase } from './connection.ts'
import { limitOption, readBytes, textOfFile, wholeFrom } from './input.ts'
import { type Answer, answering, counted, cutTo, listed } from './output.ts'

const SHOWN_PROBLEMS = 50

export function register(program: Command): void {
  const manual = program.command('manual')
  const filtered = (command: Command): Command =>
    command
      .option('--supplier <id or name>', 'only of this supplier')
      .option('--service <id or code>', 'only of this service')
  filtered(manual.command('list'))
    .description('what waits for a person, the oldest first')
    .addOption(limitOption())
    .action(answering(list))
  manual
    .command('take')
    .argument('<order id...>', 'orders that you work on')
    .description('tell the others that you work on it')
    .action(answering(take))
  manual
    .command('answer')
    .argument('<order id...>')
    .description('the work is done: this is the result')
    .requiredOption('--result <text>')
    .option('--item <number>', 'only this item of the order', wholeFrom(1, 1000))
    .action(answering((ids: string[], { result, item }) => answer(ids, item, { result })))
  manual
    .command('refuse')
    .argument('<order id...>')
    .description('it cannot be done: the next supplier may try, or the money goes back')
    .requiredOption('--reason <text>')
    .option('--item <number>', 'only this item of the order', wholeFrom(1, 1000))
    .action(answering((ids: string[], { reason, item }) => answer(ids, item, { refusal: reason })))
  filtered(manual.command('paste'))
    .argument(
      '[file]',
      'lines of: IMEI, order number or reference, and the result; standard input when left out',
    )
    .description('many results at once; all are written, or none where a line fits nothing')
    .option('--skip-unknown', 'leave out lines that fit nothing')
    .option(
      '--refused <text>',
      'a result that begins with this is a refusal: the item goes to its next supplier, or is given back; may be given several times',
      (text: string, before: string[] = []) => [...before, text],
    )
    .option('--preview', 'show which line goes where, and write nothing')
    .action(answering(paste))
}

async function list({ limit, ...filter }: ManualFilter & { limit: number }): Promise<Answer> {
  const items = await withDatabase(({ sql }) => listManual(sql, { ...filter, limit: limit + 1 }))
  return cutTo(limit, items, itemsAnswer)
}

const itemsAnswer = (items: ManualItem[]): Answer =>
  listed(items, {
    json: (item) => ({
      order: item.orderId,
      item: item.position,
      supplier: item.supplier,
      service_code: item.serviceCode,
      input: item.input,
      fields: item.fields,
      quantity: item.quantity,
      sent_at: item.sentAt,
      taken: item.taken,
    }),
    columns: {
      order: (item) => item.orderId,
      item: (item) => item.position,
      supplier: (item) => item.supplier,
      service: (item) => item.serviceName,
      input: (item) => item.input,
      quantity: (item) => item.quantity,
      fields: fieldsOf,
      since: (item) => item.sentAt,
      taken: ({ taken }) => taken && inLocalTime(taken),
    },
    right: ['order', 'item', 'quantity'],
    none: 'no items that wait for a person',
  })

async function take(ids: string[]): Promise<Answer> {
  const taken = await withDatabase(({ sql }) => takeManual(sql, ids.map(orderIdOf), actor()))
  return { json: { taken }, text: `${taken} taken` }
}

async function answer(
  ids: string[],
  position: number | undefined,
  given: ManualAnswer['answer'],
): Promise<Answer> {
  return await withDatabase(async ({ sql }) => {
    const found = await Promise.all(ids.map((id) => findManual(sql, orderIdOf(id), position)))
    const answers = found.flat().map((item) => ({ item, answer: given }))
    return answered(answers, await answerManual(sql, answers, actor()))
  })
}

async function paste(
  file: string | undefined,
  options: PasteOptions & { skipUnknown?: boolean; preview?: boolean },
): Promise<Answer> {
  const list = file === undefined ? await readAll(process.stdin) : textOfFile(await readBytes(file))
  return await withDatabase(async ({ sql }) => {
    const { answers, faults } = await readPasted(sql, list, options)
    const problems = faults.map(({ path: [line], message: reason }) => ({ line, reason }))
    if (options.preview) return previewed(answers, problems, options.skipUnknown === true)
    if (!options.skipUnknown) refuseFaults(faults)
    const done = answered(answers, answers.length > 0 ? await answerManual(sql, answers, actor()) : 0)
    return {
      json: { ...(done.json as object), problems },
      text: problems.length === 0 ? done.text : `${done.text}, ${counted(problems.length, 'line')} left out`,
    }
  })
}

interface Problem {
  line: string | number | undefined
  reason: string
}

const foundBy = { input: 'IMEI or input', order: 'order number' }

/** `previewed` shows where each line would go. */
function previewed(answers: PastedAnswer[], problems: Problem[], skips: boolean): Answer {
  const went = answers.map(({ line, item, answer, by }) => ({
    line,
    order: item.orderId,
    item: item.position,
    input: item.input,
    found_by: by,
    ...('result' in answer ? { result: answer.result } : { refusal: answer.refusal }),
  }))
  const shown = listed(answers, {
    json: () => ({}),
    columns: {
      line: ({ line }) => line,
      order: ({ item }) => item.orderId,
      item: ({ item }) => item.position,
      service: ({ item }) => item.serviceName,
      input: ({ item }) => item.input,
      'found by': ({ item, by }) => (by === 'reference' ? `reference ${item.reference}` : foundBy[by]),
      'is to be': ({ answer }) => ('result' in answer ? 'answered' : 'refused'),
      with: ({ answer }) =>
        ('result' in answer ? answer.result : answer.refusal).slice(0, 60).replace(/\s+/g, ' '),
    },
    right: ['line', 'order', 'item'],
    none: 'no lines that fit what waits',
  })
  const lines = problems.slice(0, SHOWN_PROBLEMS).map(({ line, reason }) => `line ${line}: ${reason}`)
  const would = [
    `would be ${answers.length === 0 ? 'answered: none' : countsOf(answers)}`,
    ...(problems.length > 0 ? [`${counted(problems.length, 'line')} that cannot be used`] : []),
  ].join('; ')
  const next =
    problems.length === 0 || skips
      ? 'leave --preview out'
      : 'put these lines right or add --skip-unknown, then leave --preview out'
  return {
    json: { preview: went, problems },
    text: [shown.text, ...lines, would, `nothing was written: ${next}`].join('\n'),
  }
}

/** `answered`: `shown` are answers to what another supplier has by now. */
const answered = (answers: ManualAnswer[], shown: number): Answer => ({
  json: {
    answered: answers.length,
    items: answers.map(({ item }) => ({ order: item.orderId, item: item.position })),
  },
  text:
    shown === 0
      ? countsOf(answers)
      : `${countsOf(answers)}, of which ${shown} had been refused and are with another supplier by now: see review list`,
})

function countsOf(answers: ManualAnswer[]): string {
  const refused = answers.filter(({ answer }) => !('result' in answer)).length
  const done = answers.length - refused
  if (refused === 0) return `${done} answered`
  return done === 0 ? `${refused} refused` : `${done} answered, ${refused} refused`
}

const fieldsOf = ({ fields }: ManualItem): string =>
  Object.entries(fields ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

function orderIdOf(text: string): OrderId {
  const id = parseOrderId(text)
  if (id === undefined) throw new Refusal('invalid_input', `${JSON.stringify(text)} is no order id`, 'id')
  return id
}
