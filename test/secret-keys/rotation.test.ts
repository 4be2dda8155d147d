import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readTrail } from '../../src/audit/trail.ts'
import { systemClock } from '../../src/lib/time.ts'
import { keyState, wrongKey } from '../../src/secret-keys/key-state.ts'
import { rotate } from '../../src/secret-keys/rotate.ts'
import { openSealer } from '../../src/secret-keys/sealing.ts'
import { KeyRing } from '../../src/secrets/key-ring.ts'
import { markOf, Sealer } from '../../src/secrets/sealer.ts'
import { sealedKinds } from '../secrets/sealed.fixtures.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { WAIT } from '../support/until.ts'

/** MANY is more than one batch has. */
const MANY = 130

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imeigate-test-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true })
  await database.owner`truncate suppliers, deposit_providers, notice_channels, webhooks, staff, account_people, secret_key_rotations cascade`
})

const inFolder = (dataFolder = folder): KeyRing =>
  new KeyRing({ secretKey: undefined, nextSecretKey: undefined, dataFolder })
const inSettings = (secretKey: Buffer, next?: Buffer): KeyRing =>
  new KeyRing({
    ...{ secretKey: secretKey.toString('hex'), nextSecretKey: next?.toString('hex') },
    dataFolder: '/nowhere',
  })

/** Cut stands for the end of a process. */
class Cut extends Error {}

/** `turn` rotates, with a process of its own, which ends before the step of this number. */
async function turn(ring: KeyRing, cutAt = Number.POSITIVE_INFINITY): Promise<string[]> {
  const steps: string[] = []
  const step = (name: string): void => {
    steps.push(name)
    if (steps.length > cutAt) throw new Cut()
  }
  try {
    await rotate({ sql: database.sql, ring, clock: systemClock, step })
  } catch (error) {
    if (!(error instanceof Cut)) throw error
  }
  return steps
}

interface Row {
  owner: string
  id: number
  secrets: Buffer
  key: string
}
const sealedRows = async (): Promise<Row[]> => [
  ...(await database.sql<Row[]>`select owner, id, secrets, key from sealed_secrets order by owner, id`),
]

/** `readable` gives how many rows open. */
const readable = async (sealer: Sealer): Promise<number> =>
  (await sealedRows()).filter(({ owner, id, secrets }) => {
    try {
      return Object.keys(sealer.open(secrets, `${owner} ${id}`)).length > 0
    } catch {
      return false
    }
  }).length

let made = 0
/** `fill` seals secrets of every kind. */
async function fill(sealer: Sealer, many = 0): Promise<void> {
  for (const [, , make] of sealedKinds) await make(database.sql, sealer, `first-${++made}`)
  for (let n = 0; n < many; n++) {
    const [row] = await database.sql<{ id: number }[]>`
      insert into suppliers (kind, name, url) values ('dhru', ${`many-${++made}`}, 'https://panel.example') returning id`
    const secrets = sealer.seal({ apiaccesskey: `key ${n}` }, `supplier ${row?.id}`)
    await database.sql`update suppliers set secrets = ${secrets} where id = ${row?.id ?? 0}`
  }
}

describe('a rotation of the secret key', () => {
  it('goes on where it was cut off, at every step, while others open and seal', async () => {
    await fill(await openSealer(database.sql, inFolder()), MANY)
    const whole = ['begin', 'reseal', 'batch', 'batch', 'files', 'end']
    const server = await inFolder().opener()
    for (let cutAt = 0; cutAt <= whole.length; cutAt++) {
      const former = inFolder().findOwn() as Buffer
      const running = await inFolder().opener()
      expect(await turn(inFolder(), cutAt)).toEqual(whole.slice(0, cutAt + 1))
      const count = (await sealedRows()).length
      for (const opener of [server, running, await inFolder().opener()]) {
        expect(await readable(opener), `cut at ${cutAt}`).toBe(count)
      }
      // Somebody else adds one meanwhile, in the way of the command line.
      await sealedKinds[0]?.[2](database.sql, await openSealer(database.sql, inFolder()), `new-${++made}`)
      if (cutAt < whole.length) await turn(inFolder())
      const [key, rows] = [inFolder().findOwn() as Buffer, await sealedRows()]
      expect(key).not.toEqual(former)
      expect(rows).toHaveLength(count + 1)
      expect(new Set(rows.map((row) => row.key))).toEqual(new Set([markOf(key)]))
      expect(await readable(new Sealer(former))).toBe(0)
      expect(await readable(new Sealer(key))).toBe(rows.length)
      expect(await readable(server)).toBe(rows.length)
      expect(readFileSync(join(folder, `secret.key.${markOf(former)}`), 'utf8').trim()).toBe(
        former.toString('hex'),
      )
      expect(readdirSync(folder).filter((name) => /next|new/.test(name))).toEqual([])
    }
    const { items } = await readTrail(database.sql, { what: 'secret key', limit: 100 })
    expect(items).toHaveLength(2 * (whole.length + 1))
    expect(items[0]?.before).toEqual({ ended_at: null })
    expect(items[1]?.after).toMatchObject({
      from_key: expect.any(String),
      to_key: markOf(inFolder().findOwn() as Buffer),
    })
    expect(JSON.stringify(items)).not.toContain((inFolder().findOwn() as Buffer).toString('hex'))
  })

  it('may be cut off between the two names of the former key', async () => {
    await fill(await openSealer(database.sql, inFolder()))
    const former = inFolder().findOwn() as Buffer
    await turn(inFolder(), 3)
    linkSync(join(folder, 'secret.key'), join(folder, `secret.key.${markOf(former)}`))
    await turn(inFolder())
    expect(await readable(new Sealer(inFolder().findOwn() as Buffer))).toBe(6)
    expect(inFolder().findOwn()).not.toEqual(former)
  })

  it('takes the key of another machine in, and a copy of the former key is told so until it has it', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'imeigate-test-'))
    try {
      await fill(await openSealer(database.sql, inFolder()))
      const former = inFolder().findOwn() as Buffer
      copyFileSync(join(folder, 'secret.key'), join(elsewhere, 'secret.key'))
      writeFileSync(join(folder, 'secret.key.next'), `${randomBytes(32).toString('hex')}\n`)
      const next = inFolder().findNext() as Buffer
      await turn(inFolder())
      expect(inFolder().findOwn()).toEqual(next)
      await expect(openSealer(database.sql, inFolder(elsewhere))).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining(`(${markOf(former)}) was replaced on`),
      })
      await expect(turn(inFolder(elsewhere))).rejects.toThrow('copy the new one to')
      expect(wrongKey(await keyState(database.sql, inFolder(elsewhere)))).toContain(`key ${markOf(next)}`)
      copyFileSync(join(folder, 'secret.key'), join(elsewhere, 'secret.key.next'))
      expect(await turn(inFolder(elsewhere))).toEqual(['reseal', 'files', 'end'])
      expect(inFolder(elsewhere).findOwn()).toEqual(next)
      const rotations = await database.sql`select 1 from secret_key_rotations`
      expect(rotations).toHaveLength(1)
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })

  it('of settings takes the next key, and the database refuses what the former one seals', async () => {
    const [former, next] = [randomBytes(32), randomBytes(32)]
    await fill(await openSealer(database.sql, inSettings(former)))
    await expect(turn(inSettings(former))).rejects.toThrow('set IMEIGATE_SECRET_KEY_NEXT')
    await expect(turn(inSettings(former, former))).rejects.toThrow('is in use')
    const late = await openSealer(database.sql, inSettings(former))
    await turn(inSettings(former, next))
    expect(await readable(new Sealer(next))).toBe(6)
    for (const [, , make] of sealedKinds) {
      // Its own check comes first where all others are closed to it.
      await expect(make(database.sql, new Sealer(former, () => next), `late-${++made}`)).rejects.toThrow(
        'the secret key was rotated meanwhile',
      )
      await expect(make(database.sql, late, `late-${++made}`)).rejects.toThrow()
    }
    await expect(openSealer(database.sql, inSettings(former))).rejects.toThrow('was replaced on')
    await fill(await openSealer(database.sql, inSettings(former, next)))
    await fill(await openSealer(database.sql, inSettings(next)))
    expect(await readable(new Sealer(next))).toBe(18)
    await expect(turn(inSettings(next, former))).rejects.toThrow('was before')
  })

  it('waits for whoever is writing a secret with the former key', async () => {
    const sealer = await openSealer(database.sql, inFolder())
    await fill(sealer)
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    const { promise: written, resolve: hasWritten } = Promise.withResolvers<void>()
    const writing = database.sql.begin(async (transaction) => {
      const [row] = await transaction<{ id: number }[]>`
        insert into suppliers (kind, name, url) values ('dhru', 'slow', 'https://panel.example') returning id`
      const secrets = sealer.seal({ apiaccesskey: 'x' }, `supplier ${row?.id}`)
      await transaction`update suppliers set secrets = ${secrets} where id = ${row?.id ?? 0}`
      hasWritten()
      await mayEnd
    })
    await written
    const rotating = turn(inFolder())
    await vi.waitFor(async () => {
      const waiting =
        await database.sql`select 1 from pg_locks where not granted and relation = 'suppliers'::regclass`
      expect(waiting).toHaveLength(1)
    }, WAIT)
    end()
    await Promise.all([writing, rotating])
    expect(await readable(new Sealer(inFolder().findOwn() as Buffer))).toBe(7)
  })

  it('is not begun with a key that opens nothing', async () => {
    await fill(new Sealer(randomBytes(32)))
    await inFolder().own()
    await expect(turn(inFolder())).rejects.toThrow('is not the one that secrets were sealed with')
    expect(readdirSync(folder)).toEqual(['secret.key'])
    await expect(turn(inFolder(join(folder, 'empty')))).rejects.toThrow('there is no secret key yet')
  })

  it('names what no key opens, and leaves it as it was', async () => {
    const sealer = await openSealer(database.sql, inFolder())
    await fill(sealer)
    const [channel] = await sealedRows()
    const foreign = new Sealer(randomBytes(32)).seal({ url: 'x' }, `${channel?.owner} ${channel?.id}`)
    const hook = (await sealedRows()).at(-1) as Row
    const damaged = Buffer.from(hook.secrets)
    damaged[damaged.length - 1] = (damaged.at(-1) as number) ^ 1
    await database.sql`update deposit_providers set secrets = ${foreign}`
    await database.sql`update webhooks set secrets = ${damaged}`
    const settings = { ...settingsFor(database.address), IMEIGATE_DATA: folder }
    const run = await imeigate(['secrets', 'rotate', '--json'], settings)
    expect(run).toMatchObject({ code: 6 })
    expect(run.json()).toEqual({
      from: expect.stringMatching(/^[0-9a-f]{16}$/),
      to: markOf(inFolder().findOwn() as Buffer),
      resealed: 4,
      unreadable: [`deposit provider ${channel?.id}`, `webhook ${hook.id}`],
      former_file: join(folder, `secret.key.${run.json().from}`),
    })
    const trail = await imeigate(['trail', '--what', 'secret key'], settings)
    expect(trail.stdout).toContain(`made: from_key ${run.json().from}, to_key ${run.json().to}`)
    const status = await imeigate(['secrets', 'status', '--json'], settings)
    expect(status.code).toBe(6)
    expect(status.json().sealed).toContainEqual({
      what: 'webhook',
      key: run.json().from,
      count: 1,
      opens: false,
    })
    expect((await imeigate(['doctor'], settings)).stdout).toContain('do not open with the secret key at hand')
    writeFileSync(join(folder, 'secret.key'), 'no key')
    const { checks } = (await imeigate(['doctor', '--json'], settings)).json()
    expect(checks).toContainEqual(expect.objectContaining({ name: 'secret key', status: 'fail' }))
    expect(checks).toContainEqual(expect.objectContaining({ name: 'database', status: 'ok' }))
  })

  it('follows a backup that was restored: the key of that time, and the present one as the next', async () => {
    const [then, now] = [randomBytes(32), randomBytes(32)]
    await fill(new Sealer(then))
    writeFileSync(join(folder, 'secret.key'), then.toString('hex'))
    writeFileSync(join(folder, 'secret.key.next'), now.toString('hex'))
    await turn(inFolder())
    expect(await readable(new Sealer(now))).toBe(6)
    expect(inFolder().findOwn()).toEqual(now)
  })
})
