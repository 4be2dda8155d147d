import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/command/exit-codes.ts'
import { build } from '../../src/command/program.ts'
import { newService } from '../orders/orders.fixtures.ts'
import { commandsOf, imeigate, imeigateProcess } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'

/**
 * Every command is run as its own description says, on a database with nothing and on one with something of everything. What it says, well or
 * badly, is in one style.
 */

/** `notRun` are servers, and what reads or makes a whole database. */
const notRun = ['start', 'demo', 'fake-supplier', 'migrate', 'backup create', 'restore', 'secrets rotate']
const lists = /^(list|history|events|attempts|rules|trail)$/

/** `worth` is what stands for an argument or an option that must be given, by its name, on the filled database. */
const worth: Record<string, string> = {
  ...{ account: 'anna', service: 's1', supplier: 'Ann', code: 's1', from: 'anna', to: 'mails@example.com' },
  ...{ currency: 'USD', price: '1', kind: 'imei', username: 'other', email: 'other@example.com' },
  ...{ base: 'USD', quote: 'EUR', rate: '0.9', amount: '1', permission: 'orders.read', month: '2026-01' },
  ...{ file: '/nowhere/file', staff: 'eve@example.com', role: 'support', words: '1', group: 'Gold' },
  ...{ order: '1', id: '1', review: '1', webhook: '1', event: '1', key: '1', deposit: '1', channel: 'hooks' },
  ...{ name: 'hooks', provider: 'bank', position: '1' },
}
const valueFor = (name: string, choices: readonly string[] | undefined): string => {
  if (choices?.[0] !== undefined) return choices[0]
  const [first = ''] = name.split(/[ -]/)
  return worth[name] ?? worth[first] ?? '1'
}

/** `wordsOf` gives a command with everything that it must be given. */
function wordsOf(
  name: string,
  command: Command,
  value: (name: string, choices?: readonly string[]) => string,
) {
  const given = command.registeredArguments
    .filter(({ required }) => required)
    .map((one) => value(one.name(), one.argChoices))
  const options = command.options
    .filter(({ mandatory }) => mandatory)
    .map((one) => `${one.long}=${value(one.attributeName(), one.argChoices)}`)
  return [...name.split(' '), ...given, ...options]
}

let all: [name: string, command: Command][]
beforeAll(async () => {
  all = commandsOf(await build()).filter(
    ([name, command]) =>
      (command as unknown as { _actionHandler: unknown })._actionHandler !== null && !notRun.includes(name),
  )
})
afterAll(() => cleanUp())

const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d/
const LOCAL = /\d{4}-\d\d-\d\d \d\d:\d\d (UTC|[+-]\d\d:\d\d)/
// A secret that is made by chance may hold these letters.
const NOTHING = /undefined|\bnull\b|\bNaN\b|\[object|Invalid Date/

/** `judge` gives what is not in style of what a command says to people and to programs. */
async function judge(words: string[], settings: Record<string, string>): Promise<string[]> {
  const faults: string[] = []
  const people = await imeigate(words, settings)
  const programs = await imeigate([...words, '--json'], settings)
  const known = Object.values(exitCodes).map(({ code }) => code as number)
  for (const ended of [people, programs]) {
    if (ended.code === exitCodes.failed.code || !known.includes(ended.code ?? -1)) {
      faults.push(`ends with ${ended.code}: ${ended.stderr}`)
    }
  }
  const isDone = people.code === exitCodes.done.code || people.code === exitCodes.bad.code
  const { stdout, stderr } = people
  if (isDone && stdout.trim() === '') faults.push('says nothing')
  // What stands in the trail and in results is shown as it was written.
  if (ISO.test(stdout) && words[0] !== 'trail')
    faults.push(`has a time for programs: ${ISO.exec(stdout)?.[0]}`)
  if (NOTHING.test(stdout) && words[0] !== 'trail') faults.push(`says ${NOTHING.exec(stdout)?.[0]}`)
  if (/[ \t]$/m.test(stdout)) faults.push('ends a line with a blank')
  if (!isDone && !/^error: \S/m.test(stderr)) faults.push(`fails without a word: ${stderr}`)
  if (NOTHING.test(stderr)) faults.push(`says ${stderr}`)
  if (programs.stdout !== '') {
    if (!/^[^\n]*\n$/.test(programs.stdout)) faults.push('gives more than one line of JSON')
    // What doctor found is in words, for programs, too.
    if (LOCAL.test(programs.stdout) && words[0] !== 'doctor') faults.push('gives programs a time for people')
  }
  return faults
}

describe('with nothing there', () => {
  let database: TestDatabase
  let settings: Record<string, string>
  beforeAll(async () => {
    database = await testDatabase()
    settings = { ...settingsFor(database.address), IMEIGATE_DATA: temporaryFolder() }
  })
  afterAll(() => database.drop())

  it('a list says what there is none of, and every command what it misses', async () => {
    let empty = 0
    // Lists come first: some of the others make things.
    const isList = ([, command]: [string, Command]): number => (lists.test(command.name()) ? 0 : 1)
    for (const [name, command] of all.toSorted((a, b) => isList(a) - isList(b))) {
      // What writes a file leaves none in the working folder.
      const absent = (argument: string) =>
        argument === 'file' ? join(settings['IMEIGATE_DATA'] ?? '', '424242') : '424242'
      const words = wordsOf(name, command, (argument, choices) => choices?.[0] ?? absent(argument))
      expect([words.join(' '), await judge(words, settings)]).toEqual([words.join(' '), []])
      if (!lists.test(command.name())) continue
      const { code, stdout } = await imeigate(words, settings)
      if (code !== 0 || (await imeigate([...words, '--json'], settings)).json().length > 0) continue
      empty++
      expect([name, stdout]).toEqual([name, expect.stringMatching(/^no [a-z][^\n]*\n$/)])
    }
    expect(empty).toBeGreaterThan(12)
  })
})

describe('with something of everything', () => {
  let database: TestDatabase
  let settings: Record<string, string>
  beforeAll(async () => {
    database = await testDatabase()
    settings = {
      ...{ ...settingsFor(database.address), IMEIGATE_DATA: temporaryFolder() },
      ...{ IMEIGATE_SECRET_KEY: 'c4'.repeat(32), OUTBOUND_ALLOW: '127.0.0.0/8' },
    }
    const { sql } = database
    for (const code of ['s1', 's2']) await newService(sql, { code })
    for (const line of [
      'group create --name Gold',
      'account create --name Anna --email anna@example.com --currency USD --username anna --group Gold',
      'price set --service s1 --price 3 --currency EUR',
      'rate set USD EUR 0.9',
      'supplier add --kind manual --name Ann',
      'route add --service s1 --supplier Ann --cost 1',
      'key create --account anna --webhook-url https://shop.example.com/a --expires 30d',
      'notify channel add --kind http --name hooks --url http://127.0.0.1:9/n',
      'notify add --http one',
      'deposit provider add --kind bank-transfer --code bank --name Bank --currency USD --account-number DE02 --account-holder-name Us --min 1',
      'staff invite --role support --email eve@example.com',
      'token create --name figures --permission orders.read',
    ]) {
      expect(await imeigate(line.split(' '), settings), line).toMatchObject({ code: 0 })
    }
    await sql.unsafe(`
      insert into orders (account_id, id, service_id, via, item_count, unit_price, total, created_at)
      select 1, 1, (select min(id) from services), 'dhru', 1, 0, 0, now();
      insert into items (account_id, order_id, position, service_id, input, quantity, price, state, due_at, supplier_id)
      select 1, 1, 1, (select min(id) from services), '490154203237518', 1, 0, 'processing', now(), (select id from suppliers where name = 'Ann');
      insert into attempts (account_id, order_id, position, number, supplier_id, state, created_at)
      select 1, 1, 1, 1, (select id from suppliers where name = 'Ann'), 'accepted', now();
      insert into reviews (account_id, order_id, position, kind, detail, opened_by, opened_at) values (1, 1, 1, 'expired', 'long', 'imeigate', now());
      insert into unrecognised_answers (supplier_id, text, example, heard_at)
      select (select id from suppliers where name = 'Ann'), '1', '', now();
      insert into answer_rules (supplier_id, words, is_phrase, meaning, taught_by, why, taught_at)
      select (select id from suppliers where name = 'Ann'), '1', false, 'refused', 'x', 'y', now();
      insert into order_events (webhook_id, account_id, order_id, state, created_at) values (1, 1, 1, 'success', now());
      insert into webhook_deliveries (account_id, event_id, number, webhook_id, at) values (1, 1, 1, 1, now());
      insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, created_at)
      values (1, 1, 'review', 'USD', 5000000, 0, 5000000, now() + interval '1 day', now());
      insert into backups (started_at, host, file, scheduled, encrypted, ended_at, bytes, row_count) values (now(), 'x', '/x', true, true, now(), 5, 5)`)
  })
  afterAll(() => database.drop())

  it('times are in the zone of the machine, and are taken as they are shown', async () => {
    const elsewhere = { ...settings, TZ: 'Asia/Jakarta' }
    const { stdout } = await imeigateProcess(['token', 'list'], elsewhere)
    const [, shown = ''] = /(\d{4}-\d\d-\d\d \d\d:\d\d \+07:00)/.exec(stdout) ?? []
    const [token] = (await imeigate(['token', 'list', '--json'], settings)).json()
    expect(new Date(shown.replace(/ (?=\+)/, '')).getTime()).toBe(
      Math.floor(Date.parse(token.expires_at) / 60_000) * 60_000,
    )
    const [line] = (await imeigate(['trail', '--limit', '1', '--json'], settings)).json()
    const since = async (time: string): Promise<number> =>
      (await imeigate(['trail', '--since', time, '--json'], settings)).json().length
    const at = new Date(Math.floor(Date.parse(line.at) / 60_000) * 60_000).toISOString()
    const [day = '', minute = ''] = [at.slice(0, 10), at.slice(11, 16)]
    expect(await since(`${day} ${minute} UTC`)).toBe(await since(at))
    expect(await since(`${day} ${minute} UTC`)).toBeGreaterThan(0)
    expect(await since(`${day} ${minute} -01:00`)).toBe(0)
  })

  it('every command speaks in the same way', async () => {
    // What takes things away comes last, so that the others find them.
    const order = (name: string): number =>
      /remove|delete|revoke|close|suspend|forget|resolve|confirm|refuse|cancel/.test(name) ? 1 : 0
    const timed: string[] = []
    for (const [name, command] of all.toSorted(([a], [b]) => order(a) - order(b))) {
      const words = wordsOf(name, command, valueFor)
      expect([words.join(' '), await judge(words, settings)]).toEqual([words.join(' '), []])
      if (LOCAL.test((await imeigate(words, settings)).stdout)) timed.push(name)
    }
    expect(timed).toEqual(
      expect.arrayContaining([
        'order list',
        'trail',
        'review list',
        'deposit list',
        'token list',
        'backup list',
      ]),
    )
  })
})
