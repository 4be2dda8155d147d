import { type Static, Type } from 'typebox'
import { actorNames } from '../../../audit/actors.ts'
import { Refusal } from '../../../errors.ts'
import { afterRefusal, refusalEnds } from '../../../fulfilment/people/after-refusal.ts'
import {
  answerManual,
  findManual,
  listManual,
  type ManualAnswer,
  type ManualItem,
  takeManual,
  takenOf,
} from '../../../fulfilment/people/manual.ts'
import {
  type PastedAnswer,
  readPasted,
  refuseFaults,
  selectRefusingWords,
} from '../../../fulfilment/people/pasted.ts'
import { separatorOf } from '../../../lib/csv-text.ts'
import type { OrderId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { type ExpectedTimes, expectedBy, expectedTimes } from '../../../orders/read/expected-times.ts'
import type { Desk } from '../../../people/desk.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import { csvOf, fileSeparator, MAX_COUNTED, sendFile, withRows } from '../../kit/list-files.ts'
import { amount, bodyOf, longId, oneOf, orNull, text, time } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Manual work'
const access = 'manual.answer'

const manualItem = Type.Object({
  order: longId,
  item: Type.Integer({ description: 'Its position' }),
  supplier: Type.String(),
  service_code: Type.String(),
  service_name: Type.String(),
  input: Type.String(),
  fields: orNull(Type.Record(Type.String(), Type.String())),
  quantity: Type.Integer(),
  username: Type.String(),
  reference: orNull(Type.String(), "The reseller's"),
  price: amount(),
  currency: Type.String(),
  sent_at: time('Since when it waits'),
  due_at: orNull(time(), 'Until when the order is expected; null: nobody knows'),
  taken_by: orNull(Type.String(), 'Who works on it'),
  taken_at: orNull(time(), 'Since when'),
})

const wireManual = (
  one: ManualItem,
  times: ExpectedTimes,
  names: ReadonlyMap<string, string>,
): Static<typeof manualItem> => ({
  ...{ order: one.orderId, item: one.position, supplier: one.supplier, service_code: one.serviceCode },
  ...{ service_name: one.serviceName, input: one.input, fields: one.fields, quantity: one.quantity },
  ...{ username: one.username, reference: one.reference, price: formatMicros(one.price, one.currency) },
  ...{ currency: one.currency, sent_at: one.sentAt, ...wireTaken(takenOf(one), names) },
  due_at: expectedBy({ serviceId: one.serviceId, createdAt: one.placedAt }, times),
})

const wireTaken = (taken: ReturnType<typeof takenOf>, names: ReadonlyMap<string, string>) => ({
  taken_by: taken && (names.get(taken.by) ?? taken.by),
  taken_at: taken?.at ?? null,
})

const filter = {
  supplier: Type.Optional(text(200, { description: 'Id or name' })),
  service: Type.Optional(text(64, { description: 'Id or code' })),
}

/** MAX_IN_FILE is how much work one file holds, the oldest: no more leaves the house without proof, either. */
const MAX_IN_FILE = MAX_COUNTED

const answered = Type.Object({
  answered: Type.Integer(),
  refused: Type.Integer(),
  in_review: Type.Integer({
    description:
      'Those that had been refused, and are with another supplier by now: a review of kind `changed` shows them',
  }),
})

const countsOf = (answers: ManualAnswer[], inReview: number): Static<typeof answered> => {
  const refused = answers.filter(({ answer }) => 'refusal' in answer).length
  return { answered: answers.length - refused, refused, in_review: inReview }
}

const line = Type.Object({
  line: Type.Integer({ description: 'From 1' }),
  order: longId,
  item: Type.Integer(),
  service_code: Type.String(),
  input: Type.String(),
  found_by: oneOf(['input', 'order', 'reference'], { description: 'By what the line names it' }),
  answer: oneOf(['result', 'refusal']),
  text: Type.String(),
})

const wireLine = ({ line: number, item, answer, by }: PastedAnswer): Static<typeof line> => ({
  ...{
    line: number,
    order: item.orderId,
    item: item.position,
    service_code: item.serviceCode,
    input: item.input,
    found_by: by,
  },
  ...('result' in answer
    ? { answer: 'result' as const, text: answer.result }
    : { answer: 'refusal' as const, text: answer.refusal }),
})

/** `readWork` gives what waits, as it is shown. */
async function readWork(
  sql: Desk['read'],
  filter: { supplier?: string; service?: string; limit: number },
  now: Date,
): Promise<Static<typeof manualItem>[]> {
  const [found, times] = await Promise.all([listManual(sql, filter), expectedTimes(sql, now)])
  const names = await actorNames(
    sql,
    found.flatMap((one) => takenOf(one)?.by ?? []),
  )
  return found.map((one) => wireManual(one, times, names))
}

export const manualRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/manual',
    name: 'listManual',
    section,
    command: 'manual list',
    summary: 'What people do by hand and waits for them, the oldest first',
    access: 'orders.read',
    query: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200 }), ...filter }),
    answer: Type.Object({
      items: Type.Array(manualItem),
      more: Type.Boolean({ description: 'There is more' }),
      refusing_words: Type.Array(Type.String(), {
        description: 'What a pasted refusal begins with, as it is remembered of the supplier, or of all',
      }),
    }),
    handle: async ({ desk, query: { limit, ...wanted } }) => {
      const [found, words] = await Promise.all([
        readWork(desk.read, { ...wanted, limit: limit + 1 }, clock.now()),
        selectRefusingWords(desk.read, wanted.supplier),
      ])
      return { items: found.slice(0, limit), more: found.length > limit, refusing_words: words }
    },
  }),
  route({
    method: 'GET',
    path: '/manual.csv',
    name: 'exportManual',
    section,
    command: 'manual list',
    summary: 'What people do by hand and waits for them, as a file of CSV: the oldest 10,000 of a filter',
    description: 'The input stands first, then a column for each field that a service asks for.',
    access: 'orders.read',
    isExport: true,
    query: Type.Object({ ...filter, separator: fileSeparator }),
    answer: Type.Object({}, { description: 'A file of CSV' }),
    media: { 'text/csv': Type.String() },
    handle: async (call) => {
      const { separator, ...wanted } = call.query
      const found = await readWork(call.desk.read, { ...wanted, limit: MAX_IN_FILE }, clock.now())
      const fields = [...new Set(found.flatMap((one) => Object.keys(one.fields ?? {})))]
      const { input: _input, fields: _fields, ...others } = manualItem.properties
      const columns = ['input', ...fields, ...Object.keys(others)]
      const rows = async function* () {
        yield found.map(({ fields: given, ...one }) => ({ ...given, ...one }))
      }
      return await sendFile(call, { list: '/manual', name: 'manual' }, (told) =>
        csvOf(withRows(rows(), told), columns, separatorOf(separator)),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/manual/take',
    name: 'takeManual',
    section,
    command: 'manual take',
    summary: 'Tell the others that you work on these orders',
    access,
    body: bodyOf({ orders: Type.Array(longId, { minItems: 1, maxItems: 1000 }) }),
    answer: Type.Object({ taken: Type.Integer({ description: 'Items' }) }),
    refusals: ['conflict'],
    handle: async ({ desk, body }) => ({
      taken: await takeManual(desk.change, body.orders as OrderId[], desk.actor, clock),
    }),
  }),
  route({
    method: 'GET',
    path: '/manual/refusal',
    name: 'getManualRefusal',
    section,
    summary: 'What would become of an item now, if it were refused',
    access,
    query: Type.Object({ order: longId, item: Type.Integer({ minimum: 1, maximum: 32_767 }) }),
    answer: Type.Object({
      end: oneOf(refusalEnds, {
        description:
          '`next`: `supplier` gets it. `given_back`: its price goes back. `waits`: it waits, and its price stays held',
      }),
      supplier: orNull(Type.String(), 'Its name; null: nobody gets it'),
    }),
    refusals: ['order_not_found', 'not_found', 'conflict'],
    handle: async ({ desk, query: { order, item } }) => ({
      ...(await afterRefusal(desk.read, order as OrderId, item, clock)),
    }),
  }),
  route({
    method: 'POST',
    path: '/manual/answer',
    name: 'answerManual',
    section,
    command: ['manual answer', 'manual refuse'],
    summary: 'The work is done, and this is the result; or it cannot be done',
    description:
      'A result is charged. What is refused goes to its next supplier, or its price goes back. One of `result` and `refusal` is given.',
    access,
    needsKey: true,
    body: bodyOf({
      order: longId,
      item: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 32_767, description: 'Its position; all when left out' }),
      ),
      result: Type.Optional(text(20_000)),
      refusal: Type.Optional(text(20_000)),
    }),
    answer: answered,
    refusals: ['order_not_found', 'not_found', 'conflict', 'invalid_input'],
    handle: async ({ desk, body: { order, item, result, refusal } }) => {
      if ((result === undefined) === (refusal === undefined))
        throw new Refusal('invalid_input', 'give either this or a refusal', 'result')
      const answer = result === undefined ? { refusal: refusal as string } : { result }
      const items = await findManual(desk.change, order as OrderId, item)
      const answers = items.map((one) => ({ item: one, answer }))
      return countsOf(answers, await answerManual(desk.change, answers, desk.actor, clock))
    },
  }),
  route({
    method: 'POST',
    path: '/manual/paste',
    name: 'pasteManual',
    section,
    command: 'manual paste',
    summary:
      'Many results at once, from a list of lines of an IMEI, order number or reference, and the result',
    description:
      'All are written, or none where a line fits nothing, unless `skip_unknown`. With `preview` it is shown which line goes where, and nothing is written.',
    access,
    needsKey: true,
    body: bodyOf({
      ...filter,
      text: Type.String({ minLength: 1, maxLength: 2_000_000 }),
      refused: Type.Optional(
        Type.Array(text(200), {
          maxItems: 50,
          description: 'A result that begins with one of these is a refusal',
        }),
      ),
      skip_unknown: Type.Optional(Type.Boolean({ description: 'Leave out lines that fit nothing' })),
      preview: Type.Boolean({ description: 'Write nothing' }),
    }),
    answer: Type.Object({
      ...answered.properties,
      written: Type.Boolean(),
      lines: Type.Array(line),
      problems: Type.Array(Type.Object({ line: Type.Integer(), reason: Type.String() })),
    }),
    refusals: ['invalid_input', 'conflict'],
    handle: ({ desk, body: { text: list, skip_unknown: skips = false, preview, ...options } }) =>
      inFieldsOf({ file: 'text' }, async () => {
        const { answers, faults } = await readPasted(desk.change, list, options)
        if (!preview && !skips) refuseFaults(faults)
        const inReview =
          preview || answers.length === 0 ? 0 : await answerManual(desk.change, answers, desk.actor, clock)
        return {
          ...countsOf(answers, inReview),
          written: !preview,
          lines: answers.map(wireLine),
          problems: faults.map(({ path: [number], message }) => ({ line: Number(number), reason: message })),
        }
      }),
  }),
]
