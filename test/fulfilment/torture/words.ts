import { dressed, refusals } from '../../integrations/suppliers/refusals.ts'
import type { Draw } from './random.ts'

const languages = Object.values(refusals)

/** `wordsOf` gives what a panel says that means this, in one of ten languages, in whatever dress. */
export function wordsOf(draw: Draw, name: keyof (typeof languages)[number]): string {
  const text = draw.one(draw.one(languages)[name])
  return (draw.one(Object.values(dressed)) as (text: string) => string)(text)
}

export const trouble = (draw: Draw): string =>
  wordsOf(draw, draw.one(['credit', 'login', 'ip', 'limit', 'busy'] as const))

/** `REFUSALS` and `DELAYS` are words that no list knows, and that never leave an order behind: a person may decide about them for good. */
const REFUSALS = ['Kode 77: hubungi sales', 'Código 12: hable con ventas', '请联系客服']
const DELAYS = ['See the news on our page', 'Müşteri hizmetlerini arayın', 'تواصل مع الدعم']
/** `ODD` words sometimes leave one. */
const ODD = ['Contact your reseller', 'Error', 'Order failed', 'Код 7: свяжитесь с нами', '']

export type Oddity = 'refusal' | 'delay' | 'odd'

export const oddWords = (draw: Draw, oddity: Oddity): string =>
  draw.one({ refusal: REFUSALS, delay: DELAYS, odd: ODD }[oddity])

/** `oddityOf` is what a person finds out about words that no list knows. */
export function oddityOf(text: string): Oddity {
  const has = (list: string[]): boolean => list.some((one) => one !== '' && text.includes(one))
  return has(REFUSALS) ? 'refusal' : has(DELAYS) ? 'delay' : 'odd'
}

/** `states` are words for the states of orders. */
export const states = {
  open: [
    '0',
    '1',
    'In Process',
    'PENDING',
    'En proceso',
    'Sedang diproses',
    'В обработке',
    '处理中',
    'قيد التنفيذ',
  ],
  delivered: [
    '4',
    'Completed',
    'DONE',
    'Concluído',
    'Selesai',
    'Выполнен',
    '已完成',
    'Tamamlandı',
    'Hoàn thành',
  ],
  rejected: ['3', 'Rejected', 'CANCELLED', 'Rechazado', 'Ditolak', 'Отклонён', '已取消', 'Từ chối', 'Annulé'],
  odd: ['2', '17', 'maybe', '', 'Hold the line'],
}
