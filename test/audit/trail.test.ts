import { userInfo } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nouns, tableOf } from '../../src/audit/nouns.ts'
import { localTime } from '../../src/lib/time.ts'
import { HOT } from '../database/tables.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let settings: Record<string, string>
beforeAll(async () => {
  database = await testDatabase()
  settings = { ...settingsFor(database.address), IMEIGATE_SECRET_KEY: 'c4'.repeat(32) }
})
afterAll(() => database.drop())

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what its command gives.
async function run(line: string): Promise<any> {
  const ended = await imeigate([...line.split(' '), '--json'], settings)
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  return ended.json()
}
const trail = (filter = '') => run(`trail ${filter}`.trim())
/** `newest` gives the newest change without what differs each time. */
async function newest(filter = '') {
  const [{ id: _id, at: _at, ...change }] = await trail(filter)
  return change
}
const who = `cli:${userInfo().username}`

describe('the trail', () => {
  it('says who made, changed and removed what, with what was before and after', async () => {
    const account = await run('account create --name Anna --email anna@example.com --currency USD')
    expect(await newest('--what account')).toMatchObject({
      ...{ actor: who, what: 'account', subject: String(account.id), account: account.id, before: null },
      after: { name: 'Anna', email: 'anna@example.com', status: 'active' },
    })
    await run('account set anna --credit-limit 12.50')
    expect(await newest('--account anna')).toEqual({
      ...{ actor: who, what: 'credit limit', subject: String(account.id), account: account.id },
      ...{ before: { credit_limit: '0.00' }, after: { credit_limit: '12.50' }, why: null },
      // Nobody came by the operator API.
      ...{ role: null, sign_in_id: null, address: null, trace_id: null, plan: null },
    })
    await run(
      'service create --code bl --name Blacklist --group Checks --kind imei --price 1.5 --currency USD',
    )
    await run('price set --service bl --price 2.25 --currency USD')
    expect(await newest('--what price')).toMatchObject({
      ...{ actor: who, before: { unit_price: '1.50' }, after: { unit_price: '2.25' } },
    })
    await run('price set --service bl --price 1 --currency USD --account anna')
    await run('price remove --service bl --currency USD --account anna')
    expect(await newest('--account anna --what price')).toMatchObject({
      ...{ before: { unit_price: '1.00', currency: 'USD' }, after: null },
    })
    await run('service update bl --name Blacklist-Pro')
    expect(await newest('--what service')).toMatchObject({
      ...{ before: { name: 'Blacklist' }, after: { name: 'Blacklist-Pro' } },
    })
    await run('rate set USD IDR 16250')
    expect(await newest('--what rate')).toMatchObject({ actor: who, after: { base: 'USD', quote: 'IDR' } })
  })

  it('tells that a secret is another one, and never the secret', async () => {
    const key = await run('key create --account anna')
    const made = await newest('--what key')
    expect(made).toMatchObject({
      before: null,
      after: { security_id: expect.any(String), secret_hash: 'a secret' },
    })
    await run(`key set ${key.id} --rate-limit 600 --allow-ip 10.0.0.0/8`)
    expect(await newest('--what key')).toMatchObject({
      before: { requests_per_minute: null, allowed_ips: [] },
      after: { requests_per_minute: 600, allowed_ips: ['10.0.0.0/8'] },
    })
    const add = 'supplier add --kind dhru --name Up --url https://up.example.com --username us'
    await run(`${add} --apiaccesskey first-secret`)
    expect(await newest('--what supplier')).toMatchObject({
      before: { secrets: null },
      after: { secrets: 'a secret' },
    })
    await run('supplier update Up --apiaccesskey second-secret')
    expect(await newest('--what supplier')).toMatchObject({
      ...{ before: { secrets: 'a secret' }, after: { secrets: 'another secret' } },
    })
    const lines = JSON.stringify(await database.sql`select * from trail`, (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    expect(lines).not.toMatch(/first-secret|second-secret|\\\\x/)
  })

  it('names the role of a session that is not of imeigate', async () => {
    const [{ role }] = (await database.sql`select session_user as role`) as unknown as [{ role: string }]
    await database.sql.begin(async (sql) => {
      await sql`select set_config('imeigate.actor', '', true)`
      await sql`update services set description = 'by hand' where code = 'bl'`
    })
    expect(await newest()).toMatchObject({ actor: `role ${role}`, after: { description: 'by hand' } })
  })

  it('says nothing of what imeigate keeps by itself, or of what stays as it is', async () => {
    const [{ id }] = await trail()
    await database.sql`update services set updated_at = now(), description = description`
    await database.sql`update wallets set available = available`
    await run('service update bl --name Blacklist-Pro')
    expect((await trail())[0].id).toBe(id)
  })

  it('is read by thing, by person, by time and by page', async () => {
    const all = await trail()
    expect(all.map(({ id }: { id: number }) => id)).toEqual(
      all.map(({ id }: { id: number }) => id).toSorted((a: number, b: number) => b - a),
    )
    expect(await trail(`--limit 2 --before ${all[2].id}`)).toEqual(all.slice(3, 5))
    expect(await trail('--by nobody')).toEqual([])
    expect(await trail('--since 1h')).toEqual(all)
    expect(await trail('--since 2100-01-01')).toEqual([])
    const [service] = await trail('--what service')
    expect(await trail(`--what service --subject ${service.subject}`)).toEqual(await trail('--what service'))
    const { stdout } = await imeigate(['trail', '--what', 'price'], settings)
    expect(stdout).toMatch(/by +what +change\n.*price \d+ +removed: currency USD, unit_price 1\.00/)
    expect(stdout).toContain('unit_price: 1.50 -> 2.25')
    // People read times to the minute, as in every other list; programs as they were written.
    await database.sql`insert into trail (actor, what, subject, before, after)
      values ('test', 'deposits', '1', '{"settled_at": null}', '{"settled_at": "2026-11-30T08:38:18.416+00:00"}')`
    const settled = await imeigate(['trail', '--what', 'deposit', '--limit', '1'], settings)
    expect(settled.stdout).toContain(`settled_at: null -> ${localTime(new Date('2026-11-30T08:38:18Z'))}\n`)
    expect(await newest('--what deposit')).toMatchObject({
      after: { settled_at: '2026-11-30T08:38:18.416+00:00' },
    })
  })

  it('is final', async () => {
    const { owner } = database
    for (const change of ['update trail set actor = null', 'delete from trail', 'truncate trail']) {
      await expect(owner.unsafe(change)).rejects.toThrow('a line of the trail is never changed or deleted')
    }
  })

  it('has every table that operators write', async () => {
    /** What is learnt, done once, or kept by imeigate itself. */
    const others = [
      ...[
        'api_key_uses',
        'attempt_exchanges',
        'chain_links',
        'chained_ledgers',
        'cost_history',
        'database_sizes',
        'deposit_events',
        'deposit_proofs',
        'entry_kinds',
        'failed_sign_ins',
        'folded_ledgers',
        'inbox_marks',
        'installation',
        'invoice_lines',
        'announcement_reads',
        'email_changes',
        'notice_messages',
        'notice_reads',
        'noticed_prices',
        'notices',
      ],
      ...[
        'operator_answers',
        'operator_token_uses',
        'passkey_challenges',
        'person_tokens',
        'placement_probes',
        'plan_rows',
        'proxy_sightings',
        'refusing_words',
        'route_stats',
        'sale_quarters',
        'sales',
        'sales_state',
        'schema_migrations',
        'sign_in_attempts',
        'staged_services',
        'stranger_requests',
        'supplier_balances',
        'supplier_health',
        'supplier_lists',
        'supplier_services',
      ],
      ...[
        'sync_runs',
        'synced_services',
        'throttles',
        'trail',
        'transfers',
        'unchained_changes',
        'unchained_ledgers',
        'unrecognised_answers',
      ],
    ]
    const tables = await database.sql<{ name: string; followed: boolean }[]>`
      select c.relname as name,
             exists (select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
                      where t.tgrelid = c.oid and p.proname like 'record\\_%') as followed
        from pg_class c
       where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition order by 1`
    const followed = tables.filter((table) => table.followed).map(({ name }) => name)
    expect(followed).toEqual(nouns.map((noun) => tableOf[noun]).sort())
    const rest = tables.filter((table) => !table.followed).map(({ name }) => name)
    expect(rest).toEqual([...HOT.filter((name) => !followed.includes(name)), ...others].sort())
  })
})
