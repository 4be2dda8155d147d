import { lastLinkOf } from '../audit/checkpoint.ts'
import type { Sql } from '../database/database.ts'
import { installationId } from '../database/installation.ts'
import { Refusal } from '../errors.ts'
import { type Clock, localTime } from '../lib/time.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { markOf, Sealer } from '../secrets/sealer.ts'
import {
  countSealed,
  insertRotation,
  lockSealed,
  type Rotation,
  type Sealed,
  selectRotations,
  selectSealed,
  updateEnded,
  updateSealed,
} from './rotations.sql.ts'
import { lastOf } from './sealing.ts'
import { attest } from './signers.ts'

/** BATCH is how many rows one statement seals anew. */
const BATCH = 100

/** Rotated is what a rotation did. */
export interface Rotated {
  /** `from` and `to` are the marks of the former key and the new one. */
  from: string
  to: string
  /** `resealed` counts what this run has sealed anew; `unreadable` names what no key at hand opens, which is as it was. */
  resealed: number
  unreadable: string[]
  /** `formerFile` is where the former key is kept; undefined: keys are in settings. */
  formerFile: string | undefined
}

interface RotateDeps {
  sql: Sql
  ring: KeyRing
  clock: Clock
  onProgress?: ((done: number, total: number) => void) | undefined
  /** `step` is told before each step, for tests that cut a rotation off. */
  step?: (name: string) => void
}

/**
 * `rotate` replaces the secret key: it makes the new one where keys are files, has everything sealed with it from now on, and seals anew what is
 * there. Other processes go on meanwhile. It can be cut off at any point; the next run goes on from there. Throws a Refusal (conflict) where
 * the keys at hand are not those that it takes.
 */
export async function rotate({
  sql,
  ring,
  clock,
  onProgress,
  step = () => {},
}: RotateDeps): Promise<Rotated> {
  const own = ring.findOwn()
  if (!own) throw new Refusal('not_found', 'there is no secret key yet: it is made with the first secret')
  const { from, to, begun } = await keysOf(sql, ring, own)
  if (!begun) {
    step('begin')
    await begin({ sql, clock }, from.key as Buffer, to.key)
  }
  step('reseal')
  const sealed = await resealAll({ sql, ring, onProgress, step }, to.key)
  step('files')
  // Not before nothing is left that the former key sealed: it may be on this machine only.
  const isSwitched = markOf(own) === to.mark
  const formerFile = isSwitched ? ring.file && `${ring.file}.${from.mark}` : await ring.takeNext()
  step('end')
  await updateEnded(sql, from.mark, clock.now())
  return { from: from.mark, to: to.mark, ...sealed, formerFile }
}

interface Keys {
  /** `key`, undefined: the former key is not at hand any more, nor needed. */
  from: { mark: string; key: Buffer | undefined }
  to: { mark: string; key: Buffer }
  begun: boolean
}

/** `keysOf` finds from which key to which: those of a rotation that has begun, and else the own one and the next one. */
async function keysOf(sql: Sql, ring: KeyRing, own: Buffer): Promise<Keys> {
  const rotations = await selectRotations(sql)
  const mark = markOf(own)
  const open = rotations.find(({ endedAt }) => endedAt === null)
  const begun = open ?? lastOf(rotations, mark)
  if (begun) {
    const key = ring.find(begun.toKey)
    if (key) {
      return {
        from: { mark: begun.fromKey, key: ring.find(begun.fromKey) },
        to: { mark: begun.toKey, key },
        begun: true,
      }
    }
    throw new Refusal('conflict', missing(begun, mark, ring))
  }
  refuseWrongKey(await countSealed(sql), ring, mark)
  const next = await ring.makeNext()
  if (!next) {
    throw new Refusal(
      'conflict',
      'the secret key is a setting, which only you can change: set IMEIGATE_SECRET_KEY_NEXT to the new key wherever ' +
        'imeigate runs, restart there, and run this again (docs/operating.md, Rotation of the secret key)',
    )
  }
  const to = markOf(next)
  if (to === mark || rotations.some(({ fromKey }) => fromKey === to)) {
    throw new Refusal('conflict', `the next key (${to}) is in use, or was before: make a new one`)
  }
  return { from: { mark, key: own }, to: { mark: to, key: next }, begun: false }
}

const missing = ({ fromKey, toKey, startedAt }: Rotation, mark: string, ring: KeyRing): string =>
  `the secret key was rotated from ${fromKey} to ${toKey} at ${localTime(startedAt)}, and the key at hand is ${mark}: ` +
  (ring.file === undefined
    ? 'set IMEIGATE_SECRET_KEY_NEXT to the new one'
    : `copy the new one to ${ring.file}.next from the machine where the rotation was begun`)

/** `refuseWrongKey` throws where none of what is sealed was sealed with a key at hand. */
function refuseWrongKey(sealed: readonly { key: string }[], ring: KeyRing, mark: string): void {
  const keys = [...new Set(sealed.map(({ key }) => key))]
  if (keys.length === 0 || keys.some((key) => ring.find(key))) return
  throw new Refusal(
    'conflict',
    `the secret key at hand (${mark}) is not the one that secrets were sealed with (${keys.join(', ')}): use that one`,
  )
}

/** `begin` waits for those who are writing secrets; from its end on the database refuses what the former key seals. */
const begin = ({ sql, clock }: { sql: Sql; clock: Clock }, from: Buffer, to: Buffer): Promise<void> =>
  sql.begin(async (transaction) => {
    await lockSealed(transaction)
    await insertRotation(transaction, {
      ...{ fromKey: markOf(from), toKey: markOf(to), startedAt: clock.now() },
      ...attest(await installationId(transaction), from, to, await lastLinkOf(transaction)),
    })
  })

async function resealAll(
  {
    sql,
    ring,
    onProgress,
    step,
  }: Pick<RotateDeps, 'sql' | 'ring' | 'onProgress'> & { step: (name: string) => void },
  to: Buffer,
): Promise<{ resealed: number; unreadable: string[] }> {
  const key = markOf(to)
  const sealer = new Sealer(to, (mark) => ring.find(mark))
  const waiting = (await countSealed(sql)).filter((one) => one.key !== key)
  const total = waiting.reduce((sum, { count }) => sum + count, 0)
  const unreadable: string[] = []
  let resealed = 0
  for (let after = { owner: '', id: 0 }; ; ) {
    const batch = await selectSealed(sql, { key, after, limit: BATCH })
    const last = batch.at(-1)
    if (!last) return { resealed, unreadable }
    step('batch')
    const opened = batch.flatMap((row) => resealedRow(row, sealer) ?? [])
    const written = await updateSealed(sql, opened)
    resealed += written
    const failed = batch.filter(
      (row) => !opened.some(({ owner, id }) => owner === row.owner && id === row.id),
    )
    unreadable.push(...failed.map(nameOf))
    onProgress?.(resealed + unreadable.length, total)
    // What somebody changed in between was sealed with the new key, and is not found again.
    after = { owner: last.owner, id: last.id }
  }
}

function resealedRow({ owner, id, secrets: was }: Sealed, sealer: Sealer) {
  try {
    const name = nameOf({ owner, id })
    return { owner, id, was, secrets: sealer.seal(sealer.open(was, name), name) }
  } catch {
    return undefined
  }
}

/** `nameOf` is what secrets are bound to. */
const nameOf = ({ owner, id }: Pick<Sealed, 'owner' | 'id'>): string => `${owner} ${id}`
