import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cekceir } from '../../../src/integrations/suppliers/cekceir/index.ts'
import { withText } from '../../../src/integrations/suppliers/http-kit/results.ts'
import type { Supplier, SupplierOutcome } from '../../../src/integrations/suppliers/supplier.ts'
import { workOf as dhruTask, rowsOf, useBulkPanel } from './dhru-panel.ts'
import { ask, IMEI, send, supplierOf, TestServer, workOf } from './http-server.ts'

const OTHER = '353711081024017'
const { signal } = new AbortController()
const unknown = { kind: 'unknown' }
const accepted = (reference: string) => ({ kind: 'accepted', reference })
const success = (result: string) => ({ kind: 'success', result })

describe('a Dhru panel', () => {
  const used = useBulkPanel()
  const { panel } = used
  const placed = async (answer: object | string): Promise<SupplierOutcome> => {
    panel.answers = { '*': answer }
    return (await used.supplier.send([dhruTask()], signal))[0] as SupplierOutcome
  }
  const asked = async (answer: object | string): Promise<SupplierOutcome> => {
    panel.answers = { '*': answer }
    return withText((await used.supplier.ask([dhruTask({ reference: '321' })], signal))[0] as SupplierOutcome)
  }

  it.each([
    0,
    '0',
    '00',
    null,
    false,
    '',
    -1,
    '-',
    'null',
    'undefined',
    'NaN',
    'None',
    'N/A',
    'true',
    'ok',
    '<b></b>',
  ])('that takes an order under %j has given it no number', async (REFERENCEID) => {
    expect(await placed({ SUCCESS: [{ REFERENCEID }] })).toMatchObject(unknown)
  })

  it.each([
    ['<b>77</b>', '77'],
    ['77\n', '77'],
    ['A-77', 'A-77'],
    ['N77', 'N77'],
  ])('that takes an order under %j has given it the number %j', async (REFERENCEID, reference) => {
    expect(await placed({ SUCCESS: [{ REFERENCEID }] })).toMatchObject(accepted(reference))
  })

  it.each([
    '{"SUCCESS":[{"STATUS":3,"CODE":"no","STATUS":4,"CODE":"Clean"}]}',
    '{"SUCCESS":[{"STATUS":3,"CODE":"no","status":4,"code":"Clean"}]}',
    '{"SUCCESS":[{"STATUS":3,"CODE":"no"}],"SUCCESS":[{"STATUS":4,"CODE":"Clean"}]}',
    '{"SUCCESS":[{"STATUS":4,"CODE":"Dirty","CODE" : "Clean"}]}',
    '{"ID":321,"SUCCESS":[{"STATUS":4,"CODE":"Clean"}],"ID":322}',
    'Notice: 5" is no number in x.php {"SUCCESS":[{"STATUS":3,"CODE":"no","STATUS":4,"CODE":"Clean"}]}',
  ])('that says two things under one name has said nothing: %s', async (answer) => {
    expect(await asked(answer)).toMatchObject(unknown)
  })

  it.each([
    '{"SUCCESS":[{"STATUS":4,"CODE":"Clean","STATUS":4}]}',
    '{"SUCCESS":[{"STATUS":4,"CODE":"Clean"}],"apiversion":"6","apiversion" : "6"}',
    '{"SUCCESS":[{"STATUS":4,"CODE":"Clean","A":{"CODE":"x"},"B":{"CODE":"y"}}]}',
  ])('that says one thing twice has said it: %s', async (answer) => {
    expect(await asked(answer)).toMatchObject(success('Clean'))
  })

  it('that takes an order under two numbers has taken none that we know of', async () => {
    expect(await placed('{"SUCCESS":[{"REFERENCEID":5,"REFERENCEID":6}]}')).toMatchObject(unknown)
    expect(await placed('{"SUCCESS":[{"REFERENCEID":5,"referenceid":6}]}')).toMatchObject(unknown)
  })

  it('that nests one answer of many too deep has answered the others', async () => {
    const deep = `${'['.repeat(20_000)}1${']'.repeat(20_000)}`
    panel.answers = {
      '*': (heard) => {
        const [first, second] = [...rowsOf(heard as never).keys()]
        return `{"${first}":{"SUCCESS":[{"STATUS":4,"CODE":${deep}}]},"${second}":{"SUCCESS":[{"STATUS":4,"CODE":"Clean"}]}}`
      },
    }
    const tasks = ['321', '322'].map((reference) => dhruTask({ reference }))
    expect(await used.supplier.ask(tasks, signal)).toMatchObject([unknown, success('Clean')])
  })

  it('that has rows without a status under their keys in SUCCESS has taken those with a number', async () => {
    panel.answers = {
      '*': (heard) => {
        const [first = '', second = ''] = [...rowsOf(heard as never).keys()]
        return { SUCCESS: { [first]: { REFERENCEID: 70 }, [second]: { MESSAGE: 'ok' } } }
      },
    }
    const tasks = [IMEI, OTHER].map((input) => dhruTask({ input }))
    expect(await used.supplier.send(tasks, signal)).toMatchObject([accepted('70'), unknown])
  })

  it.each<[state: object, statuses: string[]]>([
    [
      success('x'),
      [
        'Order completed',
        'Completed Successfully',
        'Done \u2705',
        'Sudah selesai',
        'Finalizado con \u00e9xito',
        'Pedido entregado',
        '\u0417\u0430\u043a\u0430\u0437 \u0432\u044b\u043f\u043e\u043b\u043d\u0435\u043d \u0443\u0441\u043f\u0435\u0448\u043d\u043e',
        'Commande termin\u00e9e',
        'Sipari\u015finiz tamamland\u0131',
        '\u0110\u01a1n h\u00e0ng ho\u00e0n th\u00e0nh',
      ],
    ],
    [
      { kind: 'refused' },
      [
        'Order rejected',
        'Canceled/Refunded',
        'Rejected \u274c',
        'Cancelado y reembolsado',
        'Dibatalkan oleh sistem',
        'Votre commande a \u00e9t\u00e9 annul\u00e9e',
        '\u0417\u0430\u043a\u0430\u0437 \u043e\u0442\u043c\u0435\u043d\u0435\u043d',
      ],
    ],
    [
      accepted('321'),
      ['Pending \u23f3', 'Waiting Action', 'Proses pengerjaan', 'Order received', 'Order in process'],
    ],
    [
      unknown,
      [
        'Not completed',
        'Order not completed',
        'No completado',
        'Belum selesai',
        'Ch\u01b0a ho\u00e0n th\u00e0nh',
        'Completed, then rejected',
        'Rejected or completed',
        'Almost done',
        '\u672a\u5b8c\u6210',
      ],
    ],
  ])('that says in words what became of an order is understood: %j', async (state, statuses) => {
    for (const STATUS of statuses) {
      expect(await asked({ SUCCESS: [{ STATUS, CODE: 'x' }] }), STATUS).toMatchObject(state)
    }
  })

  it.each(['Success', 'Order success', 'Request: OK'])(
    'that says no more than %j may speak of the question',
    async (STATUS) => {
      expect(await asked({ SUCCESS: [{ STATUS }] })).toMatchObject(unknown)
    },
  )

  it.each([
    ['ISO-8859-1', 'latin1', 'Bloqueado en Espa\u00f1a'],
    ['utf-8', 'utf8', 'Bloqueado en Espa\u00f1a'],
    ['ISO-8859-1', 'utf8', 'Bloqueado en Espa\u00f1a'],
  ] as const)('that says %s and sends %s is read', async (charset, encoding, CODE) => {
    const text = JSON.stringify({ SUCCESS: [{ STATUS: 4, CODE }] })
    panel.answers = {
      '*': (_heard, response) => {
        response.writeHead(200, { 'content-type': `text/html; charset=${charset}` })
        response.end(Buffer.from(text, encoding))
      },
    }
    const [outcome] = await used.supplier.ask([dhruTask({ reference: '321' })], signal)
    expect(outcome).toMatchObject(success(CODE))
  })

  it.each([
    [
      `<response><SUCCESS><RESULT imei="${OTHER}"><STATUS>4</STATUS><CODE>x</CODE></RESULT></SUCCESS></response>`,
      { contradicts: true },
    ],
    ['<response><SUCCESS><order STATUS="4" CODE="x"/></SUCCESS></response>', success('x')],
    [
      '<response><SUCCESS count="1"><RESULT type="row"><STATUS>4</STATUS><CODE lang="en">x</CODE></RESULT></SUCCESS></response>',
      success('x'),
    ],
  ])('that answers in attributes of XML is read: %s', async (xml, outcome) => {
    expect(await asked(`<?xml version="1.0"?>${xml}`)).toMatchObject(outcome)
  })
})

describe('a REST API', () => {
  let server: TestServer
  let supplier: Supplier
  beforeAll(async () => {
    server = await new TestServer().start()
    supplier = supplierOf(cekceir, { url: server.url, settings: {}, secrets: { api_key: 'id7.very-secret' } })
  })
  afterAll(async () => {
    await supplier.close?.()
    await server.stop()
  })

  it.each([0, '0', null, -1, '', 'null', 'undefined', 'NaN'])(
    'that takes an order under %j has given it no number',
    async (order_id) => {
      server.says({ order_id, status: 'pending' })
      expect(await send(supplier)).toMatchObject(unknown)
    },
  )

  it('that has two numbers, or two states, under one name has said nothing', async () => {
    server.says('{"order_id":17,"order_id":18,"status":"pending"}')
    expect(await send(supplier)).toMatchObject(unknown)
    server.says('{"order_id":17,"status":"failed","status":"success","total":1,"result":"x"}')
    expect(await ask(supplier, workOf({ reference: '17' }))).toMatchObject(unknown)
  })

  it.each([
    ['success', { status: 'failed', error_message: 'x' }],
    ['success', { status: 'pending' }],
    ['success', { status: 'success', success: false }],
    ['failed', { status: 'success', result: 'Clean' }],
  ])('whose order of one is %s, while its only row is %j, contradicts itself', async (status, row) => {
    server.says({ order_id: 17, status, total: 1, result: [{ imei: IMEI, ...row }] })
    expect(await ask(supplier, workOf({ reference: '17' }))).toMatchObject(unknown)
  })

  it('that shows ours as the second IMEI of the phone is believed', async () => {
    server.says({
      order_id: 17,
      status: 'success',
      total: 1,
      result: { imei1: OTHER, imei2: IMEI, lock: 'Off' },
    })
    expect(await ask(supplier, workOf({ reference: '17' }))).toMatchObject({
      kind: 'success',
      result: expect.stringContaining(IMEI),
    })
  })

  it('begins its answer with a byte order mark, and is read', async () => {
    server.says('\ufeff{"order_id":17,"status":"pending"}')
    expect(await send(supplier)).toMatchObject(accepted('17'))
  })
})
