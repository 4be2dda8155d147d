import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { defaultMapping, mappingJson, readMapping } from '../../src/moving-in/mapping.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { KitShop } from '../support/kit-shop.ts'
import { MadeUpPanel } from '../support/made-up-panel.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'
import { files, folderOf, type MovedShop, move, openShop } from './moving.fixtures.ts'

afterAll(() => cleanUp())

describe('files that move in', () => {
  let shop: MovedShop
  beforeAll(async () => {
    shop = await openShop()
    const run = await shop.imeigate('move-in', 'run', folderOf(files))
    expect(run.output).toContain('all of it is written')
  })
  afterAll(() => shop.server.stop())

  it('keep the ids of services, and new ones get ids above those that can move in', async () => {
    const rows = await shop.server.sql`select id, code, kind from services order by id`
    expect(rows).toEqual([
      { id: 7, code: 'blacklist-check', kind: 'imei' },
      { id: 1382, code: 'firmware', kind: 'server' },
    ])
    expect(Number(await shop.server.service({ code: 'new' }))).toBeGreaterThan(1_000_000)
  })

  it('make accounts with their names at the panel, groups, debts and states', async () => {
    const { json } = await shop.imeigate('account', 'list', '--json')
    const all: Record<string, unknown>[] = json()
    const [gsm, toko, old] = ['gsm-home', 'toko_hp', 'old-shop'].map((name) =>
      all.find(({ username }) => username === name),
    )
    expect(gsm).toMatchObject({
      login: 'GSM.Home',
      group: 'VIP',
      available: '120.50',
      currency: 'USD',
      status: 'active',
    })
    expect(toko).toMatchObject({
      login: null,
      group: 'Resellers',
      available: '-50000',
      credit_limit: '100000',
    })
    expect(old).toMatchObject({ group: null, available: '0.00', status: 'closed' })
    expect(
      await shop.server
        .sql`select kind, amount::text, actor, note from ledger_entries where id = 1 and kind::text like 'opening%' order by account_id`,
    ).toEqual([
      {
        kind: 'opening_up',
        amount: '120500000',
        actor: expect.stringMatching(/^cli:/),
        note: 'Opening balance',
      },
      {
        kind: 'opening_down',
        amount: '50000000000',
        actor: expect.stringMatching(/^cli:/),
        note: 'Opening balance',
      },
    ])
  })

  it('set prices of groups, accounts and everyone', async () => {
    const rows = await shop.server.sql`
      select p.service_id, a.username, g.name as group, p.currency, p.unit_price::text as price
        from prices p left join accounts a on a.id = p.account_id left join price_groups g on g.id = p.price_group_id
       where p.service_id < 10000 order by 1, 2, 3, 4`
    expect(rows.map((row) => Object.values(row))).toEqual([
      [7, null, 'VIP', 'USD', '450000'],
      [7, null, null, 'EUR', '470000'],
      [7, null, null, 'IDR', '8000000000'],
      [7, null, null, 'USD', '500000'],
      [1382, 'gsm-home', null, 'USD', '11000000'],
      [1382, null, null, 'USD', '12000000'],
    ])
  })

  it('let access keys in with the user name as it is, and to the Dhru endpoint only', async () => {
    const gsm = new KitShop(`${shop.server.url}/`, 'GSM.Home', 'ABC-DEF-GHJ-KLM')
    expect(await gsm.account()).toEqual({
      credit: 120.5,
      mail: 'home@mail.example',
      currency: 'USD',
      username: 'GSM.Home',
    })
    expect(await new KitShop(`${shop.server.url}/`, 'gsm.home', 'ABC-DEF-GHJ-KLM').isLetIn()).toBe(true)
    expect(await new KitShop(`${shop.server.url}/`, 'gsm-home', 'ABC-DEF-GHJ-KLM').isLetIn()).toBe(true)
    expect(await new KitShop(`${shop.server.url}/`, 'toko_hp', 'ABC-DEF-GHJ-KLM').isLetIn()).toBe(false)
    const headers = { authorization: 'Bearer gsm-home.ABC-DEF-GHJ-KLM' }
    expect((await fetch(`${shop.server.url}/api/wallet/snap`, { headers })).status).toBe(403)
    expect(
      await shop.server.sql`select distinct name, dialect, permissions from api_keys where name <> ''`,
    ).toEqual([{ name: 'moved in', dialect: 'panel', permissions: ['order.create'] }])
  })

  it('answer for old orders: two of one number by their types, and nobody else’s', async () => {
    const gsm = new KitShop(`${shop.server.url}/`, 'GSM.Home', 'ABC-DEF-GHJ-KLM')
    const toko = new KitShop(`${shop.server.url}/`, 'toko_hp', 'SECRETKEYOFTOKO')
    expect(await gsm.status('5001')).toEqual({ STATUS: '4', CODE: 'Clean<br>"yes"', IMEI: '490154203237518' })
    expect(await toko.status('5001', 'getserverorder')).toMatchObject({ STATUS: '4', CODE: 'ABC-1' })
    expect(await toko.status('5002')).toEqual({ STATUS: '0', CODE: '', IMEI: '356938035643809' })
    expect(await gsm.status('5002')).toEqual({ refused: true })
    expect(await gsm.status('5003')).toMatchObject({ STATUS: '3', CODE: 'Rejected' })
    const bulk = await gsm.call('getimeiorderbulk', { ID: '5001,5003,5002' })
    expect(
      bulk.SUCCESS.map(({ STATUS, REFERENCEID }: Record<string, string>) => [REFERENCEID, STATUS]),
    ).toEqual([
      ['5001', '4'],
      ['5003', '3'],
      ['5002', undefined],
    ])
    const rows = await shop.server
      .sql`select id, service_id, placed_at, ended_at from former_orders order by id, type`
    expect(rows.map(({ placed_at: at }) => (at as Date).toISOString())).toEqual([
      '2026-01-31T12:30:00.000Z',
      '2026-01-31T12:30:00.000Z',
      '2026-02-01T00:00:00.000Z',
      '2026-02-01T03:00:00.000Z',
    ])
    expect(rows.map(({ service_id: id }) => id)).toEqual([7, 1382, 7, null])
  })

  it('show the orders that are still open at the panel', async () => {
    const { json } = await shop.imeigate('move-in', 'orders', '--open', '--json')
    expect(json()).toEqual([
      expect.objectContaining({
        id: 5002,
        account: 'toko_hp',
        service: 'blacklist-check',
        state: 'pending',
        price: '8000',
      }),
    ])
  })

  it('have the orders of former numbers stay apart: no order that is placed here gets one of them', async () => {
    // The server has numbers in hand from before the move.
    const { sql } = shop.server
    const [{ last }] = (await sql`select last_value::int as last from order_ids`) as [{ last: number }]
    expect(last).toBeGreaterThanOrEqual(5003)
  })
})

describe('what is wrong with files', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await testDatabase()
    return () => database.drop()
  })

  /** `faultsOf` gives what is wrong with the files when some of them are others. */
  const faultsOf = async (others: Record<string, string>): Promise<string[]> => {
    const { report, written } = await move(database, folderOf({ ...files, ...others }))
    expect(written).toBe(report.faultCount === 0)
    return report.faults.map(({ file, line, column, message }) => `${file} ${line} ${column}: ${message}`)
  }

  it('is said of all of it at once, with file, line and column, and nothing is written', async () => {
    const row = (line: string): string => `${line}\n`
    const faults = await faultsOf({
      'groups.csv': `id,name\n1,VIP\n2,Resellers\n1,Gold\n3,${'x'.repeat(65)}\n`,
      'services.csv': `${files['services.csv']}0,Zero,G,imei,1,USD,\n7.5,Half,G,imei,1,USD,\n9,Nine,G,tool,1,USD,\n10,Ten,G,imei,one,USD,\n1000001,Large,G,imei,1,USD,\n`,
      'accounts.csv':
        files['accounts.csv'] +
        row('17,other,Other,other@mail.example,USD,,0,,') +
        row('20,gsm.home,Again,again@mail.example,USD,,0,,') +
        row('21,debtor,Debtor,debtor@mail.example,USD,,-5.01,5,') +
        row('22,rupiah,Rupiah,rupiah@mail.example,IDR,,15.000,,') +
        row('23,nomail,No mail,,USD,,0,,') +
        row('24,wrong,Wrong,wrong,XXQ,,abc,,odd') +
        row('25,late,Late,late@mail.example,USD,Gold2,1e3,,gone'),
      'keys.csv': `${files['keys.csv']}17,ABC-DEF-GHJ-KLM\n18,short\n99,LONGENOUGHKEY\n`,
      'prices.csv': `${files['prices.csv']}7,VIP,,USD,0.40\n8,VIP,,USD,1\n7,None,,USD,1\n7,VIP,17,USD,1\n7,,17,EUR,1\n7,VIP,,USD,-1\n7,VIP,,,1\n`,
      'orders.csv':
        files['orders.csv'] +
        row('5001,17,7,imei,,4,x,0,2026-01-31,') +
        row('abc,17,7,imei,,4,x,0,2026-01-31,') +
        row('6001,99,7,file,,9,x,-1,2026-02-30,2026-01-31 25:00') +
        row('6002,17,7,imei,,4,x,0,,') +
        row('6003,17,7,imei,,4,x,0,2031-01-31,'),
    })
    expect(faults).toEqual([
      'groups.csv 4 name: its name or number is that of another one, at 2',
      'groups.csv 5 name: must not be longer than 64 characters',
      'services.csv 5 id: must be a whole number from 1 to 1,000,000: services that bring none get larger ones',
      'services.csv 6 id: must be a whole number from 1 to 1,000,000: services that bring none get larger ones',
      'services.csv 7 kind: must be one of imei, serial, server',
      'services.csv 8 price: must be an amount such as 0.77, with at most 6 decimals',
      'services.csv 9 id: must be a whole number from 1 to 1,000,000: services that bring none get larger ones',
      'accounts.csv 9 email: is missing',
      'accounts.csv 5 id: is that of another account, too, at 2',
      'accounts.csv 6 username: is that of another account, too, at 2',
      'accounts.csv 7 balance: a debt needs a credit limit: credit_limit is 5.00',
      'accounts.csv 8 balance: may be 15 or 15000 IDR: write it without a point',
      'accounts.csv 10 currency: must be a currency code such as USD',
      'accounts.csv 10 email: must be an email address',
      'accounts.csv 10 balance: is no amount such as 12.50, with at most 6 decimals',
      'accounts.csv 10 status: must be active or closed: say by the mapping what it means',
      'accounts.csv 11 balance: is no amount such as 12.50, with at most 6 decimals',
      'accounts.csv 11 status: must be active or closed: say by the mapping what it means',
      'accounts.csv 11 group: there is no such price group',
      'keys.csv 5 key: the account has it already, at 2',
      'keys.csv 6 key: has fewer than 8 characters, and could be guessed: the reseller needs a new one',
      'keys.csv 7 account: there is no such account, or several have the e-mail address',
      'prices.csv 5 price: there is one already, at 2',
      'prices.csv 6 service: there is no such service',
      'prices.csv 7 group: there is no such price group',
      'prices.csv 8 account: has no place beside a group',
      'prices.csv 9 currency: the account buys in USD',
      'prices.csv 10 price: must be from 0 to 100,000,000, with at most 6 decimals',
      'prices.csv 11 currency: is missing',
      'orders.csv 9 placed_at: is missing',
      'orders.csv 6 id: there is another imei order of this number',
      'orders.csv 7 id: must be a whole number from 1 to 1,000,000,000,000',
      'orders.csv 8 type: must be imei or server: say by the mapping what it means',
      'orders.csv 8 account: there is no such account, or several have the e-mail address',
      'orders.csv 8 state: must be pending, processing, success, failed or cancelled: say by the mapping what it means',
      'orders.csv 8 placed_at: is no time such as 2026-01-31 12:30:00, nor seconds since 1970',
      'orders.csv 8 ended_at: is no time such as 2026-01-31 12:30:00, nor seconds since 1970',
      'orders.csv 10 placed_at: is before the year 2000, or in the future',
    ])
    const [row0] =
      await database.sql`select (select count(*)::int from accounts) + (select count(*)::int from services)
      + (select count(*)::int from price_groups) + (select count(*)::int from api_keys) + (select count(*)::int from former_orders)
      + (select count(*)::int from ledger_entries) + (select count(*)::int from moves) as rows`
    expect(row0).toEqual({ rows: 0 })
  })

  it.each([
    ['is empty', '', 'groups.csv 1 undefined: the file is empty'],
    [
      'lacks a column',
      'id,nom\n1,VIP\n',
      'groups.csv 1 name: the file has no such column: name, group_name, groupname, title',
    ],
    ['has a column twice', 'name,name\nVIP,VIP\n', 'groups.csv 1 name: the file has two columns "name"'],
    ['has too many values', 'name\nVIP,2\n', 'groups.csv 2 undefined: has 2 values, the header has 1'],
    [
      'has a quotation mark that is not closed',
      'name\n"VIP\n',
      'groups.csv 2 undefined: is not CSV: Quote Not Closed: the parsing is finished with an opening quote at line 2',
    ],
    ['is not UTF-8', 'name\nVIP\ufffd\n', 'groups.csv 2 name: is not UTF-8'],
    ['has an empty cell that is needed', 'id,name\n1,\n', 'groups.csv 2 name: is missing'],
  ])('a file that %s', async (_, text, fault) => {
    expect((await faultsOf({ 'groups.csv': text }))[0]).toBe(fault)
  })

  it('never repeats an access key', async () => {
    const { report } = await move(
      database,
      folderOf({ ...files, 'keys.csv': 'account,key\n17,hunter2\n99,CORRECTHORSE\n' }),
    )
    expect(report.faults.map(({ column }) => column)).toEqual(['key', 'account'])
    const noCsv = await move(
      database,
      folderOf({ ...files, 'keys.csv': 'account,key\n17,"CORRECT "HORSE" c"\n' }),
    )
    expect(noCsv.report.faults).toEqual([
      { file: 'keys.csv', line: 2, message: 'is not CSV: Invalid Closing Quote' },
    ])
    expect(JSON.stringify([report, noCsv.report])).not.toMatch(/hunter2|CORRECT|HORSE/)
  })

  it('leaves rows that are refused out where that is asked for, and what hangs on them', async () => {
    const folder = folderOf({
      ...files,
      'accounts.csv': files['accounts.csv'].replace('home@mail.example', 'none'),
      'services.csv': files['services.csv'].replace('12,USD', 'twelve,USD'),
    })
    const { report, written } = await move(database, folder, { leavesRefused: true })
    expect(written).toBe(true)
    expect(report.parts.map(({ part, made, refused }) => [part, made, refused])).toEqual([
      ['groups', 2, 0],
      ['services', 1, 1],
      ['accounts', 2, 1],
      ['keys', 1, 1],
      ['prices', 2, 1],
      ['orders', 2, 2],
    ])
  })

  it('is a folder that is not there, or has none of the files', async () => {
    await expect(move(database, '/nowhere')).rejects.toThrow('there is no folder /nowhere')
    await expect(move(database, folderOf({ 'other.csv': 'x\n' }))).rejects.toThrow(
      'has none of groups.csv, services.csv',
    )
  })

  it('is a number that the account has used here, an id of another service, another currency, a balance that came too late', async () => {
    await move(database, folderOf(files), { only: ['groups', 'services', 'accounts'] })
    const { sql } = database
    await sql`insert into orders (account_id, id, service_id, via, item_count, unit_price, total, created_at)
              select id, 5001, 7, 'dhru', 1, 0, 0, now() from accounts where username = 'gsm-home'`
    await sql`update wallets set last_entry = 1 where account_id = (select id from accounts where username = 'old-shop')`
    const faults = await faultsOf({
      'services.csv': files['services.csv'].replaceAll('1382,Firmware', '7,Firmware'),
      'accounts.csv': files['accounts.csv'].replace('IDR', 'USD').replace('USD,,0,,closed', 'USD,,5,,closed'),
    })
    expect(faults).toEqual([
      "services.csv 4 group: differs from the service's first row, at 2",
      "services.csv 4 name: differs from the service's first row, at 2",
      "services.csv 4 kind: differs from the service's first row, at 2",
      'services.csv 4 code: has a price in USD already, at 2',
      'accounts.csv 3 currency: the account buys in IDR, and that never changes',
      'accounts.csv 4 balance: money of the account has moved here already, and an opening balance comes first: imeigate adjust corrects it',
      'orders.csv 2 id: the account has placed an order of this number here',
    ])
  })
})

describe('the mapping', () => {
  it('takes the panel’s names of columns, its words, and what stands for empty cells', async () => {
    const database = await testDatabase()
    try {
      const folder = folderOf({
        'tools.txt': 'Nr;Werkzeug;Preis;Art\n5;Prüfung;1.50;A\n',
        'kunden.csv':
          'Nr;Benutzer;Mail;Guthaben;API\n3;karl;karl@mail.example;7;KARLSKEY1\n4;otto;otto@mail.example;0;\n',
        'orders.csv': 'order_id;user_id;status;date\n9;3;erledigt;2026-07-01 12:00\n',
      })
      const mapping = readMapping(
        JSON.stringify({
          time_zone: 'Europe/Berlin',
          services: {
            file: 'tools.txt',
            columns: { id: 'Nr', name: 'Werkzeug', price: 'Preis', kind: ['Sorte', 'Art'] },
            values: { kind: { A: 'server' } },
            defaults: { currency: 'EUR', group: 'Tools' },
          },
          accounts: {
            file: 'kunden.csv',
            columns: { id: 'Nr', username: 'Benutzer', email: 'Mail', balance: 'Guthaben' },
            defaults: { currency: 'EUR' },
          },
          keys: { file: 'kunden.csv', columns: { account: 'Nr', key: 'API' } },
          orders: { values: { state: { Erledigt: 'success' } } },
        }),
      )
      if (!mapping.ok) throw new Error(JSON.stringify(mapping.faults))
      const { report } = await move(database, folder, { mapping: mapping.value })
      expect(report.faults).toEqual([])
      expect(report.parts.map(({ part, file, rows, made }) => [part, file, rows, made])).toEqual([
        ['services', 'tools.txt', 1, 1],
        ['accounts', 'kunden.csv', 2, 2],
        ['keys', 'kunden.csv', 1, 1],
        ['orders', 'orders.csv', 1, 1],
      ])
      expect(await database.sql`select id, kind, group_name from services`).toEqual([
        { id: 5, kind: 'server', group_name: 'Tools' },
      ])
      const [order] = await database.sql`select state, placed_at from former_orders`
      expect(order).toEqual({ state: 'success', placed_at: new Date('2026-07-01T10:00:00Z') })
    } finally {
      await database.drop()
    }
  })

  it('is shown, and means the same when it is read again', async () => {
    const shown = (await imeigate(['move-in', 'mapping'], {})).stdout
    expect(JSON.parse(shown)).toEqual(mappingJson(defaultMapping))
    expect(readMapping(shown)).toEqual({ ok: true, value: defaultMapping })
  })

  it('is refused with everything that is wrong with it', () => {
    const read = readMapping(
      JSON.stringify({
        time_zone: 'Mars',
        clients: {},
        services: { file: '', colums: {} },
        accounts: { columns: { nmae: 'x', id: 3 }, values: { status: 'active' }, defaults: { currency: 1 } },
        keys: [],
      }),
    )
    expect(
      read.ok ? [] : read.faults.map(({ path, message }) => `${path.join('.')}: ${message.slice(0, 40)}`),
    ).toEqual([
      'time_zone: must be a time zone such as Asia/Jakarta',
      'clients: is no part: there are groups, services, ',
      'services.colums: is none of file, columns, values, defaul',
      'services.file: must be the name of a file',
      'accounts.columns.nmae: is no column of accounts: there are id, ',
      "accounts.columns.id: must be the panel's name of the column, ",
      "accounts.values.status: must have our words by the panel's",
      'accounts.defaults.currency: must be a text',
      'keys: must be an object',
    ])
    expect(readMapping('{')).toMatchObject({ ok: false })
  })
})

describe('a panel’s list', () => {
  it('comes from its API as a file, which moves in under the same ids', async () => {
    const panel = new MadeUpPanel({ accounts: 3, services: 30, orders: 1 })
    const url = await panel.open()
    const database = await testDatabase()
    try {
      const settings = {
        ...settingsFor(database.address),
        OUTBOUND_ALLOW: '127.0.0.0/8',
        IMEIGATE_DATA: temporaryFolder(),
      }
      const { username, key, currency } = panel.account(2)
      const folder = folderOf({})
      const words = [
        'move-in',
        'fetch',
        folder,
        '--url',
        url,
        '--username',
        username,
        '--apiaccesskey',
        '-',
        '--json',
      ]
      const fetched = await imeigate(words, settings, `${key}\n`)
      expect(fetched.json()).toEqual({
        file: join(folder, 'services.csv'),
        services: 30,
        currency,
        left_out: [],
      })
      const run = await imeigate(['move-in', 'run', folder, '--json'], settings)
      expect(run.json()).toMatchObject({
        written: true,
        problems: [],
        parts: [{ part: 'services', made: 30 }],
      })
      const rows = await database.sql`select id, name, description from services order by id`
      expect(rows).toEqual(
        Array.from({ length: 30 }, (_, n) => panel.service(n)).map(({ id, name, info }) => ({
          id,
          name,
          description: info,
        })),
      )
      // Whoever has it again finds what is there.
      await imeigate(words, settings, `${key}\n`)
      expect((await imeigate(['move-in', 'run', folder, '--json'], settings)).json().parts).toMatchObject([
        { made: 0, changed: 0, left: 30 },
      ])
      const wrong = await imeigate(words, settings, 'WRONGKEYHERE\n')
      expect(wrong.code).not.toBe(0)
      expect(wrong.output).toContain('Authentication Failed')
    } finally {
      await panel.close()
      await database.drop()
    }
  })
})

describe('a file that has changed', () => {
  it('changes what is here, and says what of which row', async () => {
    const database = await testDatabase()
    try {
      const folder = folderOf(files)
      await move(database, folder)
      const change = (name: string, from: string, to: string): void => {
        const path = join(folder, name)
        const text = readFileSync(path, 'utf8')
        expect(text).toContain(from)
        writeFileSync(path, text.replaceAll(from, to))
      }
      change('services.csv', 'Blacklist check', 'Blacklist check (fast)')
      change(
        'accounts.csv',
        'GSM at home,home@mail.example,USD,VIP,120.50,0',
        'GSM at home,home@mail.example,USD,,99,5',
      )
      change('prices.csv', '0.45', '0.44')
      change('orders.csv', '0,,8000', '4,Clean,8000')
      const dry = await move(database, folder, { dryRun: true })
      const { report } = await move(database, folder)
      expect(dry.report.changes).toEqual(report.changes)
      expect(report.changes).toEqual([
        { file: 'services.csv', line: 2, what: 'service blacklist-check', columns: ['name'] },
        { file: 'accounts.csv', line: 2, what: 'account gsm-home', columns: ['credit_limit'] },
        { file: 'prices.csv', line: 2, what: 'price of blacklist-check', columns: ['price'] },
        { file: 'orders.csv', line: 4, what: 'order 5002 of toko_hp', columns: ['state', 'answer'] },
      ])
      expect([...report.notes]).toContain(
        'gsm-home has moved in with 120.50 USD, and line 2 of accounts.csv says 99.00 by now: left as it is; imeigate adjust corrects it',
      )
      expect(await database.sql`select count(*)::int as count from ledger_entries`).toEqual([{ count: 2 }])
      const [trailed] = await database.sql`select before, after from trail where what = 'former_orders'`
      expect(trailed).toMatchObject({ before: { state: 'pending' }, after: { state: 'success' } })
    } finally {
      await database.drop()
    }
  })

  it('brings no key back that was revoked here, and says so of that one alone', async () => {
    const database = await testDatabase()
    try {
      const folder = folderOf(files)
      await move(database, folder)
      const keys = () => database.sql`
        select a.username, k.revoked_at is not null as revoked from api_keys k join accounts a on a.id = k.account_id order by k.id`
      const before = await keys()
      await database.sql`
        update api_keys set revoked_at = now() where account_id = (select id from accounts where username = 'gsm-home')`
      const said = [
        'the key of gsm-home in line 2 of keys.csv is revoked here, and stays so',
        '1 orders of orders.csv are of services that have not moved in: they are kept without',
      ]
      for (const dryRun of [true, false]) {
        const { report } = await move(database, folder, { dryRun })
        expect([[...report.notes], report.changes]).toEqual([said, []])
      }
      expect(await keys()).toEqual(before.map((key) => ({ ...key, revoked: key['username'] === 'gsm-home' })))
      expect(before.length).toBeGreaterThan(1)
    } finally {
      await database.drop()
    }
  })
})
