import { Type } from 'typebox'
import { Refusal } from '../../errors.ts'
import { answerManual, findManual, type ManualAnswer } from '../../fulfilment/people/manual.ts'
import { readPasted, rememberWords, selectRefusingWords } from '../../fulfilment/people/pasted.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { formatMicros } from '../../lib/money.ts'
import { SECRET } from '../../orders/read/secret-results.ts'
import { say } from '../../reasons.ts'
import { type PlanRow, type RowOutcome, rowKind, whyOf } from '../plan-kind.ts'

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })

/** `manualPaste` is a sheet of results that people hand back: each line is an answer, a refusal, or fits nothing. */
export const manualPaste = rowKind({
  name: 'manual.paste',
  what: 'Pasted results of work that people do by hand',
  permissions: ['manual.answer'],
  reading: 'orders.read',
  fields: { file: 'input.text' },
  input: Type.Object(
    {
      text: text(2_000_000),
      supplier: Type.Optional(text(100)),
      service: Type.Optional(text(64)),
      refused: Type.Optional(
        Type.Array(text(200), {
          maxItems: 50,
          description:
            'A result that begins with one of these is a refusal; they are remembered of the supplier. Left out: those remembered',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  async compute({ sql }, { text: list, supplier, service, refused }) {
    const words = refused ?? (await selectRefusingWords(sql, supplier))
    const { answers, faults } = await readPasted(sql, list, { supplier, service, refused: words })
    const rows: (PlanRow & { line: number })[] = answers.map(({ line, item, answer, by }) => {
      const isDone = 'result' in answer
      return {
        line,
        key: `${item.orderId}/${item.position}`,
        subject: {
          ...{ line, order: item.orderId, item: item.position, input: item.input, found_by: by },
          ...(by === 'reference' && { reference: item.reference }),
          ...{ service: item.serviceCode, supplier: item.supplier },
        },
        before: null,
        after: isDone ? { result: item.secretResults ? SECRET : answer.result } : { refusal: answer.refusal },
        money: {
          currency: item.currency,
          [isDone ? 'charged' : 'back']: formatMicros(item.price, item.currency),
        },
        verdict: isDone ? 'answered' : 'refused',
        warnings: [],
        own: { account: item.accountId, answer: { ...answer } },
      }
    })
    const misfits = faults.map(({ path: [at], verdict, ...why }): PlanRow & { line: number } => ({
      ...{
        line: Number(at),
        key: `line ${at}`,
        subject: { line: Number(at) },
        before: null,
        after: null,
        money: null,
      },
      ...{ verdict, warnings: [why] },
    }))
    const all = [...rows, ...misfits].toSorted((a, b) => a.line - b.line)
    return {
      rows: all.map(({ line: _, ...row }) => row),
      summary: { lines: new Set(all.map(({ line }) => line)).size, words },
    }
  },
  async applyRow({ sql, transaction, actor, clock }, row, { refused }): Promise<RowOutcome> {
    const { order, item } = row.subject as { order?: number; item?: number }
    if (order === undefined || item === undefined || !row.after)
      return { outcome: 'skipped', reason: row.warnings[0] }
    const name = {
      accountId: Number(row.own?.['account']) as AccountId,
      orderId: order as OrderId,
      position: item,
    }
    try {
      const [found] = await findManual(sql, name.orderId, name.position)
      if (!found) return { outcome: 'skipped', reason: say('nothing_by_hand', {}) }
    } catch (error) {
      if (error instanceof Refusal) return { outcome: 'skipped', reason: whyOf(error) }
      throw error
    }
    const answer = row.own?.['answer'] as ManualAnswer['answer']
    if ('refusal' in answer && refused)
      await rememberWords(transaction, String(row.subject['supplier']), refused)
    const inReview = await answerManual(sql, [{ item: name, answer }], actor, clock)
    return inReview > 0 ? { outcome: 'done', reason: say('other_supplier_has_it', {}) } : { outcome: 'done' }
  },
})
