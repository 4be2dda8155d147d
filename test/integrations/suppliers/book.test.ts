import { describe, expect, it } from 'vitest'
import { Book } from '../../../src/integrations/suppliers/book/book.ts'
import { answerClasses } from '../../../src/integrations/suppliers/book/classes.ts'
import { normal, wordsOf } from '../../../src/integrations/suppliers/book/normal.ts'
import { phraseOf } from '../../../src/integrations/suppliers/book/phrases.ts'
import { wordsSetting } from '../../../src/integrations/suppliers/book/settings.ts'
import { wordLists } from '../../../src/integrations/suppliers/book/words/index.ts'
import { dressed, refusals } from './refusals.ts'

const book = new Book()

describe.each(Object.entries(refusals))('in %s', (_language, byClass) => {
  it.each(Object.entries(byClass))('what means %s is known, in whatever dress', (name, texts) => {
    const wrong = texts.flatMap((text) =>
      Object.entries(dressed)
        .map(([how, dress]) => ({ how, text, judged: book.judge(dress(text)) }))
        .filter(({ judged }) => judged !== name),
    )
    expect(wrong).toEqual([])
    expect(texts.length * Object.keys(dressed).length).toBeGreaterThan(20)
  })

  it('each list has words for each class', () => {
    for (const list of Object.values(wordLists)) {
      expect(answerClasses.filter((name) => (list[name] ?? []).length === 0)).toEqual([])
    }
  })
})

it.each([
  'Kode 77: hubungi sales',
  'Contact your reseller',
  'Error',
  'Failed',
  'Order failed',
  'Error 500',
  'IMEI 490154203237518',
  'See the news on our page',
  'Service 12',
  'Código 12: hable con ventas',
  'Код 7: свяжитесь с нами',
  'تواصل مع الدعم',
  '请联系客服',
  'Müşteri hizmetlerini arayın',
  '',
])('%j is known to no list', (text) => {
  expect(book.judge(text)).toBeUndefined()
})

it.each([
  ['Invalid IMEI. Database error', 'internal'],
  ['Not enough credit for this IMEI: Invalid IMEI', 'credit'],
  ['Authentication failed: service not found', 'login'],
  ['Your IP is not allowed: access denied', 'ip'],
  ['This IMEI is already in process, try again later', 'duplicate'],
  ['Invalid IMEI, please try again later', 'later'],
  ['Error interno del servidor: saldo insuficiente', 'internal'],
  ['Saldo insuficiente, IMEI inválido', 'credit'],
  ['Недостаточно средств. Неверный IMEI', 'credit'],
  ['Sunucu hatası: IMEI bulunamadı', 'internal'],
  ['余额不足，IMEI无效', 'credit'],
  ['Too many requests: invalid IMEI', 'limit'],
  ['Command Not Found', 'command'],
  ['IMEI not found, order accepted', 'taken'],
  ['Database error, order accepted', 'taken'],
])('where a text fits several classes, what gives no money back counts: %j is %s', (text, name) => {
  expect(book.judge(text)).toBe(name)
})

it.each([
  ['Order not accepted: invalid IMEI', 'item'],
  ['Your order was not placed: invalid IMEI', 'item'],
  ['Invalid IMEI. No order placed', 'item'],
  ['Invalid order submitted: wrong IMEI', 'item'],
  ['The same order was placed before', 'duplicate'],
  ['Order was already accepted', 'duplicate'],
  ['Last request received 3 seconds ago, wait 5 seconds', 'limit'],
  ['Pedido no aceptado: IMEI inválido', 'item'],
  ['Pedido não recebido: IMEI inválido', 'item'],
  ['Pesanan tidak diterima: IMEI tidak valid', 'item'],
  ['Заказ не принят: неверный IMEI', 'item'],
  ['لم تم قبول الطلب: IMEI غير صالح', 'item'],
  ['Sipariş kabul edilmedi: geçersiz IMEI', 'item'],
  ['Commande non acceptée : IMEI invalide', 'item'],
  ['Đơn hàng không được chấp nhận: IMEI không hợp lệ', 'item'],
  ['订单未接受：IMEI无效', 'item'],
])('what was not taken does not say that it was: %j is %s', (text, name) => {
  expect(book.judge(text)).toBe(name)
})

it.each([
  ['Discredited', 'credit'],
  ['Shipment received', 'ip'],
  ['Equipment', 'ip'],
  ['busybody', 'busy'],
  ['creditable', 'credit'],
])('words count whole: %j is not %s', (text, name) => {
  expect(book.judge(text)).not.toBe(name)
})

describe('the operator’s own words', () => {
  const own = new Book({ 'hubungi sales': 'credit', 'invalid imei': 'busy', 'код ... 7': 'item' })
  it.each([
    ['Kode 77: Hubungi SALES!', 'credit'],
    ['Invalid IMEI', 'busy'],
    ['Код ошибки 7', 'item'],
    ['Insufficient balance', 'credit'],
  ])('count first: %j is %s', (text, name) => {
    expect(own.judge(text)).toBe(name)
  })
})

describe('a phrase of the operator’s', () => {
  it('is refused where it could be laid over a text in very many ways', () => {
    const fault = (phrase: string) => wordsSetting.fault?.({ [phrase]: 'credit' })
    for (const phrase of [
      'a ... b ... c ... d ... e ... f',
      '... ... ... ... ...',
      `${'a? '.repeat(11)}b`,
      'a? b? c? d? e? f? ... g ... h ... i',
      'a'.repeat(201),
    ]) {
      expect(fault(phrase), phrase).toContain('must have')
    }
    for (const phrase of [
      'kode ... limit*',
      'a ... b ... c ... d ... e',
      'a|b_c|*d* ... !e =f',
      'a? b? c? ... d',
    ]) {
      expect(fault(phrase), phrase).toBeUndefined()
    }
  })
})

describe('words', () => {
  it.each([
    ['<b>Saldo&nbsp;INSUFICIENTE</b>', 'saldo insuficiente'],
    ['CréditError', 'credit error'],
    ['Ёж, й', 'еж и'],
    ['İŞLEM ığ', 'islem ig'],
    ['Số dư ĐỦ', 'so du du'],
    ['الرَّصيدُ غيرُ كافٍ', 'رصيد غير كاف'],
    ['أإآ ى ة ٠٩', 'ااا ي ه 09'],
    ['余额不足!', '余 额 不 足'],
    ["n'est  pas_là", 'n est pas la'],
    ['a\u200bb', 'ab'],
    ['ＦＵＬＬ', 'full'],
  ])('are compared without their dress: %j', (text, words) => {
    expect(normal(text)).toBe(words)
  })

  it('of refusals are the same text whatever their numbers, and whatever they are about', () => {
    const text = (input: string, number: number) => wordsOf(`Kode ${number}: hubungi sales (${input})`, input)
    expect(text('490154203237518', 77)).toBe(text('C02ZX1Y2', 78))
    expect(text('C02ZX1Y2', 1)).toBe('kode hubungi sales')
    expect(wordsOf('12345', '')).toBe('no words')
  })
})

describe('a phrase', () => {
  const holds = (phrase: string, text: string): boolean => phraseOf(phrase).test(` ${normal(text)} `)
  it.each([
    ['no balance', 'There is no balance.', true],
    ['no balance', 'no account balance', false],
    ['no ... balance', 'no account balance', true],
    ['no ... balance', 'no a b c d e f balance', false],
    ['credit*', 'Credits', true],
    ['*order', 'reorder', true],
    ['a|b c', 'b c', true],
    ['a|b_c d', 'b c d', true],
    ['not? found', 'found', true],
    ['=not found', 'Not found!', true],
    ['=not found', 'Page not found', false],
    ['!no|not order', 'the order', true],
    ['!no|not order', 'no order', false],
    ['!not order', 'order', true],
    ['order !before', 'order', true],
    ['order !bef*', 'order before', false],
  ])('%j in %j: %s', (phrase, text, wanted) => {
    expect(holds(phrase, text)).toBe(wanted)
  })

  it('of the lists needs words', () => {
    for (const list of Object.values(wordLists)) {
      for (const phrase of Object.values(list).flat()) {
        for (const text of ['', 'imei', 'order', 'error', 'the', 'a', '77']) {
          expect({ phrase, text, holds: holds(phrase, text) }).toEqual({ phrase, text, holds: false })
        }
      }
    }
  })
})
