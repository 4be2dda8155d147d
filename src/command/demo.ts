import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { generateSync } from 'otplib'
import { invitePerson, listPeople } from '../account-people/account-people.ts'
import { listAccounts } from '../accounts/accounts.ts'
import type { AccountView } from '../accounts/attributes.ts'
import type { KeyForm } from '../accounts/key-attributes.ts'
import { createKey } from '../accounts/keys.ts'
import { serve } from '../app/process.ts'
import { isChangedByOthers } from '../audit/trail.ts'
import { type Config, readConfig } from '../config.ts'
import { asking, type DatabaseAddress, openPool, type Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { makeFolder } from '../lib/data-folder.ts'
import { systemClock } from '../lib/time.ts'
import { Passwords } from '../people/passwords.ts'
import { openSealer } from '../secret-keys/sealing.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { Enrolment } from '../staff/enrolment.ts'
import { inviteStaff, listStaff, resetStaff } from '../staff/staff.ts'
import { fillShop } from './demo-fill.ts'
import { DEMO_FOLDER, KEY_FILE } from './demo-folder.ts'
import { RESELLER } from './demo-shop.ts'
import { wholeFrom } from './input.ts'
import { makeLog } from './start.ts'

/** ACTOR is who the demo is in the trail. */
const ACTOR = 'demo'

interface Credentials {
  username: string
  apiaccesskey: string
}

/** DemoKeys are toys: they are kept in a file for its owner only, so that each start can show them again. */
interface DemoKeys extends Credentials {
  /** `panel` is a key of the dialect `panel`; the one beside it is of the dialect `contract`. */
  panel: Credentials
  /** `orderId` is an order to ask the status of before the first one is placed by hand. */
  orderId: string
}

export function register(program: Command): void {
  program
    .command('demo')
    .option(
      '--orders <count>',
      'how many orders its resellers have placed in the last month',
      wholeFrom(0, 100_000),
      4000,
    )
    .action(demo)
}

async function demo({ orders }: { orders: number }): Promise<void> {
  const given = process.env['IMEIGATE_DATA']?.trim() || DEMO_FOLDER
  const config = { ...readConfig({ ...process.env, IMEIGATE_DATA: given }), role: 'all' as const }
  // People read what the demo prints; its log says only what goes wrong.
  const log = makeLog({ ...process.env, LOG_LEVEL: process.env['LOG_LEVEL'] || 'warn' })
  process.stdout.write('Starting imeigate with demo data ...\n')
  await serve(config, log, async (server, access) => {
    const keys = await demoKeys(config, access.serving, server.url, orders)
    // Only now is it known that the database is a demo's.
    server.keepProofs()
    const owner = await asking(access.serving, (sql) => demoOwner(sql, config))
    const portal = await asking(access.serving, portalPath)
    const where = config.database ? '' : `IMEIGATE_DATA=${given} `
    process.stdout.write(welcome(config.publicUrl ?? server.url, keys, { owner, portal }, where))
  })
  process.stdout.write('Stopped. The next start finds everything.\n')
}

interface Owner {
  email: string
  password: string
  /** `codes` are recovery codes, each of which stands for the second factor once. */
  codes: readonly string[]
}

/** `demoOwner` makes somebody who may do everything in the console; at a later start, with another password and another code. */
async function demoOwner(sql: Sql, config: Config): Promise<Owner> {
  const sealer = await openSealer(sql, new KeyRing(config))
  const clock = systemClock
  const enrolment = new Enrolment({ sql, sealer: async () => sealer, passwords: new Passwords(), clock })
  const known = (await listStaff(sql)).find(({ email }) => email === OWNER.email)
  const { token } = known ? await resetStaff(sql, known.id) : await inviteStaff(sql, OWNER)
  const { totp } = await enrolment.open(token)
  const password = `demo-${randomBytes(9).toString('base64url')}`
  const accepted = await enrolment.accept(token, {
    ...{ name: OWNER.name, email: OWNER.email, password },
    totpSecret: totp.secret,
    code: generateSync({ secret: totp.secret }),
  })
  return { email: OWNER.email, password, codes: accepted.recoveryCodes }
}

/** `portalPath` is where the reseller comes into the portal: by an invitation, until it was used. */
async function portalPath(sql: Sql): Promise<string> {
  const { id } = (await listAccounts(sql)).find(({ email }) => email === RESELLER.email) as AccountView
  const [person] = await listPeople(sql, id)
  if (person && person.status !== 'invited') return '/portal'
  const { name, email } = RESELLER
  return `/portal/invite#${(await invitePerson(sql, id, { role: 'owner', name, email })).token}`
}

const OWNER = { role: 'owner', name: 'Demo Owner', email: 'owner@example.com' } as const

async function demoKeys(
  config: Config,
  address: DatabaseAddress,
  url: string,
  orders: number,
): Promise<DemoKeys> {
  const folder = config.dataFolder
  const file = join(folder, KEY_FILE)
  if (existsSync(file)) {
    const kept = JSON.parse(await readFile(file, 'utf8')) as DemoKeys
    // The file may stand beside another database by now.
    const question = { action: 'orderstatus', orderid: kept.orderId }
    const answers = await Promise.all([kept, kept.panel].map((key) => ask(url, key, question)))
    if (answers.every(({ SUCCESS }) => SUCCESS)) return kept
  }
  const sql = openPool(address, { max: 4, session: { 'imeigate.actor': ACTOR } })
  try {
    const keys = await fill(sql, config, url, orders)
    makeFolder(folder)
    // Whole or not at all.
    await writeFile(`${file}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 })
    await rename(`${file}.new`, file)
    return keys
  } finally {
    await sql.end({ timeout: 2 })
  }
}

/** `fill` makes the shop with its month, the reseller's keys, and a first order. A start that was broken off is carried on. */
async function fill(sql: Sql, config: Config, url: string, orders: number): Promise<DemoKeys> {
  if (await isOfSomebodyElse(sql)) {
    throw new Refusal('conflict', 'this database is in use already: the demo needs an empty one')
  }
  const sealer = await openSealer(sql, new KeyRing(config))
  const reseller = await fillShop(sql, { sealer, orders, now: systemClock.now() })
  const newKey = async (form: KeyForm): Promise<Credentials> => {
    const { securityId, secret } = await createKey(sql, reseller.id, form)
    return { username: securityId, apiaccesskey: secret }
  }
  const key = await newKey({ name: 'programs' })
  const panel = await newKey({ name: 'a Dhru panel', dialect: 'panel' })
  return { ...key, panel, orderId: await placeFirstOrder(url, key) }
}

/** `isOfSomebodyElse` tells whether anybody but a demo has made anything in a database: a group or a supplier is enough. */
async function isOfSomebodyElse(sql: Sql): Promise<boolean> {
  const accounts = await listAccounts(sql)
  if (accounts.some(({ email }) => email === RESELLER.email)) return false
  return accounts.length > 0 || (await isChangedByOthers(sql, ACTOR))
}

async function placeFirstOrder(url: string, key: Credentials): Promise<string> {
  const parameters = JSON.stringify({ ID: 'imei-basic', IMEI: '004401000000014' })
  const answer = await ask(url, key, { action: 'placeimeiorder', parameters })
  const orderId = answer.SUCCESS?.[0]?.REFERENCEID
  if (orderId === undefined) throw new Error(`the demo's first order was refused: ${JSON.stringify(answer)}`)
  return orderId
}

async function ask(
  url: string,
  { username, apiaccesskey }: Credentials,
  fields: Record<string, string>,
): Promise<{ SUCCESS?: { REFERENCEID: string }[] }> {
  const body = new URLSearchParams({ username, apiaccesskey, ...fields })
  const reply = await fetch(`${url}/api/dhru`, { method: 'POST', body })
  return (await reply.json()) as { SUCCESS?: { REFERENCEID: string }[] }
}

function welcome(
  url: string,
  { panel, ...key }: DemoKeys,
  { owner, portal }: { owner: Owner; portal: string },
  where: string,
): string {
  // Each on one line, so that whatever is selected and pasted is whole.
  const curl = (fields: string): string =>
    `curl -s -w '\\n' ${url}/api/dhru -d username=${key.username} -d apiaccesskey=${key.apiaccesskey} ${fields}`
  const rest = (path: string): string =>
    `curl -s -w '\\n' ${url}${path} -H 'Authorization: Bearer ${key.username}.${key.apiaccesskey}'`
  return `
imeigate is running with a demo shop.

  Base URL      ${url}

  The console, for the operator: ${url}/console

  e-mail        ${owner.email}
  password      ${owner.password}
  code          ${owner.codes[0]}   (once)
  more codes    ${owner.codes.slice(1, 5).join('  ')}
                ${owner.codes.slice(5).join('  ')}

  Nothing in the demo asks for a code again once you have signed in. The next start prints another password, and other codes.

  The portal, for the reseller: ${url}${portal}

  For your own programs (Dhru to the letter of its contract, and the REST API, see ${url}/docs):

  username      ${key.username}
  apiaccesskey  ${key.apiaccesskey}

  For a shop panel that speaks Dhru (answers as Dhru panels give them; type in the Base URL):

  username      ${panel.username}
  apiaccesskey  ${panel.apiaccesskey}

List the services:

${curl('-d action=imeiservicelist')}

Place an order (it answers with a REFERENCEID; the same order again is not charged again):

${curl(`-d action=placeimeiorder --data-urlencode 'parameters={"ID":"blacklist","IMEI":"490154203237518"}'`)}

Ask for an order's status (put your own REFERENCEID there):

${curl(`-d action=orderstatus -d orderid=${key.orderId}`)}

The same over the REST API, where the key is both in one:

${rest('/api/order')} -H 'Idempotency-Key: ${randomUUID()}' -d '{"code":"blacklist","data":{"imeis":["356938035643809","353879234252633"]}}'

As the operator, in another terminal: ${where}npm run -s imeigate -- order list   (and --help)
Ctrl-C stops the server.

`
}
