import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import {
  cleanUp,
  embeddedAddress,
  killAll,
  migratedFolder,
  Program,
  poolOn,
  postgresEnded,
  postgresOf,
  temporaryFolder,
} from '../support/process.ts'
import type { DhruJson } from '../support/server.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)

describe('imeigate demo', () => {
  afterEach(() => cleanUp())

  test('prints what a person needs, its curl commands work when pasted, and the next start finds it all', async () => {
    const data = join(temporaryFolder(), 'data')
    const first = demo(data)
    await first.says(/Ctrl-C stops/)
    const told = credentials(first)
    expect(told.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const cookie = await signsIn(first, told.url)
    // Nobody who tries the demo has an authenticator app: hours later, the sign-in still moves money. A server that is no demo asks: test/protocols/operator/session.test.ts.
    await poolOn(embeddedAddress(data))`update sign_ins set proved_at = proved_at - interval '5 hours'`
    const session = await fetch(`${told.url}/api/operator/session`, { headers: { cookie } })
    expect(await session.json()).toMatchObject({ data: { is_proved: true } })
    const [, invitation] = /\/portal\/invite#(\S+)/.exec(first.stdout) ?? []
    const opened = await fetch(`${told.url}/api/portal/invitation/open`, {
      method: 'POST',
      body: JSON.stringify({ token: invitation }),
      headers: { 'content-type': 'application/json', origin: told.url },
    })
    expect(await opened.json()).toMatchObject({ data: { email: 'reseller@example.com' } })
    const [list, place, status, order] = await pasted(first)
    expect(order).toMatchObject({ service_code: 'blacklist', status: 'pending', total: 2 })
    const groups = Object.values(list.SUCCESS[0].LIST) as { SERVICES: Record<string, unknown> }[]
    expect(groups.length).toBeGreaterThanOrEqual(4)
    expect(groups.flatMap(({ SERVICES }) => Object.keys(SERVICES)).length).toBeGreaterThanOrEqual(12)
    const { REFERENCEID } = place.SUCCESS[0]
    expect(status.SUCCESS[0]).toMatchObject({ STATUS: '4' })
    expect(await first.stop('SIGINT')).toEqual({ code: 0, signal: null })
    expect(first.stdout).toMatch(/Stopped\. The next start finds everything\.\n$/)
    expect(first.stderr).toBe('')
    await postgresEnded(data)
    const shop = new Program(['start'], { IMEIGATE_DATA: data })
    expect(await shop.ended).toEqual({ code: 3, signal: null })
    expect(shop.stderr).toMatch(/^error: Conflict: .+ is a demo's: name another folder by IMEIGATE_DATA/)

    const second = demo(data)
    await second.says(/Ctrl-C stops/)
    const { url, ...key } = credentials(second)
    await signsIn(second, url)
    expect(key).toEqual({ username: told.username, apiaccesskey: told.apiaccesskey })
    const found = await ask(url, { ...key, action: 'orderstatus', orderid: REFERENCEID })
    expect(found.SUCCESS[0]).toMatchObject({ STATUS: '4' })
    // The second key that it prints is a panel's.
    const [, username = ''] = [...second.stdout.matchAll(/username +(\w+)/g)].map(([, text]) => text)
    const [, apiaccesskey = ''] = [...second.stdout.matchAll(/apiaccesskey +(\w+)/g)].map(([, text]) => text)
    const panel = await ask(url, { username, apiaccesskey, action: 'getimeiorder', ID: REFERENCEID })
    expect(panel).toMatchObject({ SUCCESS: [{ STATUS: '4', COMMENTS: '' }], ID: REFERENCEID })
    await second.stop('SIGINT')
  })

  test('stops once when a terminal and npm both deliver Ctrl-C', async () => {
    const data = await migratedFolder()
    const npm = new Program(
      ['run', 'demo'],
      { IMEIGATE_DATA: data },
      { node: 'npm', file: '--', detached: true },
    )
    await npm.says(/Ctrl-C stops/)
    process.kill(-(npm.child.pid as number), 'SIGINT')
    // npm's own delivery may come so late that the program is past its end already.
    expect(['0 null', 'null SIGINT']).toContain(
      await npm.ended.then(({ code, signal }) => `${code} ${signal}`),
    )
    expect(npm.stdout).toMatch(/Stopped\. The next start finds everything\.\n$/)
    await postgresEnded(data)
  })

  test('carries on where a first start was killed', async () => {
    const data = await migratedFolder()
    // Each moment of the filling that leaves something in the database.
    for (const moment of [
      'from services',
      `from accounts where username = 'reseller'`,
      'from api_keys',
      'from orders',
    ]) {
      const killed = demo(data)
      await until('the database is there', () => postgresOf(data).length > 0 || !isUp(killed))
      const sql = poolOn(embeddedAddress(data))
      await until(moment, async () =>
        sql.unsafe(`select 1 ${moment} limit 1`).then(
          (rows) => rows.length > 0,
          () => false,
        ),
      )
      const pid = killed.child.pid as number
      killAll([pid, ...postgresOf(data)])
      await killed.ended
    }
    const server = demo(data)
    await server.says(/Ctrl-C stops/)
    for (const answer of (await pasted(server)).slice(0, 3)) expect(answer).toHaveProperty('SUCCESS')
    const accounts = await poolOn(embeddedAddress(data))`select username from accounts order by 1`
    expect(accounts).toHaveLength(13)
    const [filled] = await poolOn(embeddedAddress(data))`select count(*) from orders where id < 1040`
    expect(filled).toEqual({ count: 39n })
    await server.stop('SIGINT')
  })

  test('makes a new key when the one it kept is of another database', async () => {
    const data = await migratedFolder()
    const first = demo(data)
    await first.says(/Ctrl-C stops/)
    await first.stop('SIGINT')
    const kept = JSON.parse(readFileSync(join(data, 'demo-key.json'), 'utf8'))
    writeFileSync(join(data, 'demo-key.json'), JSON.stringify({ ...kept, apiaccesskey: 'from-another-one' }))
    const second = demo(data)
    await second.says(/Ctrl-C stops/)
    for (const answer of (await pasted(second)).slice(0, 3)) expect(answer).toHaveProperty('SUCCESS')
    await second.stop('SIGINT')
  })

  test.each([
    ['an account', 'account create --name Real --email real@example.org --currency EUR'],
    ['a price group', 'group create --name Gold'],
  ])('leaves a database in real use alone: %s is enough', async (_what, words) => {
    const data = await migratedFolder()
    const real = new Program(words.split(' '), { IMEIGATE_DATA: data })
    expect(await real.ended).toMatchObject({ code: 0 })
    const refused = demo(data)
    expect(await refused.ended).toEqual({ code: 3, signal: null })
    expect(refused.stderr).toMatch(/^error: .*in use already.*\n$/)
    await postgresEnded(data)
  })
})

/** `demo` has few orders, so that it starts soon. */
const demo = (data: string): Program => new Program(['demo', '--orders', '20'], { IMEIGATE_DATA: data })

const isUp = ({ child }: Program): boolean => child.exitCode === null && child.signalCode === null

function credentials({ stdout }: Program): { url: string; username: string; apiaccesskey: string } {
  const after = (label: string): string => new RegExp(`${label} +(\\S+)`).exec(stdout)?.[1] ?? ''
  return { url: after('Base URL'), username: after('username'), apiaccesskey: after('apiaccesskey') }
}

/** `pasted` runs the printed commands in a shell, exactly as they are. */
async function pasted({
  stdout,
}: Program): Promise<[list: DhruJson, place: DhruJson, status: DhruJson, order: DhruJson]> {
  const commands = stdout.split('\n\n').filter((block) => /^ *curl/.test(block))
  expect(commands).toHaveLength(4)
  const answers: DhruJson[] = []
  for (const command of commands) {
    const { stdout: answer } = await run('bash', ['--norc', '-c', command])
    answers.push(JSON.parse(answer))
  }
  return answers as [DhruJson, DhruJson, DhruJson, DhruJson]
}

async function ask(url: string, fields: Record<string, string>): Promise<DhruJson> {
  const reply = await fetch(`${url}/api/dhru`, { method: 'POST', body: new URLSearchParams(fields) })
  return await reply.json()
}

/** `signsIn` tries what the demo prints for the console. Gives the cookie of the sign-in. */
async function signsIn(program: Program, url: string): Promise<string> {
  const printed = (name: string): string =>
    new RegExp(`^ +${name} +(\\S+)`, 'm').exec(program.stdout)?.[1] ?? ''
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}/api/operator${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', origin: url, ...headers },
    })
  const begun = await post('/session', { email: printed('e-mail'), password: printed('password') })
  const { data } = (await begun.json()) as { data: { csrf_token: string } }
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const code = { recovery_code: printed('code') }
  const done = await post('/session/second-factor', code, { cookie, 'x-csrf-token': data.csrf_token })
  expect(done.status).toBe(200)
  return done.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}
