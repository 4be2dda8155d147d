import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { localTime } from '../lib/time.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { markOf, Sealer } from '../secrets/sealer.ts'
import { Signer } from '../secrets/signer.ts'
import { type Rotation, selectRotations } from './rotations.sql.ts'

/** `openSealer` gives what seals with the key that counts now, and opens with every one that is known. Throws a Refusal (conflict) as `sealingKey`. */
export async function openSealer(sql: Queryable, ring: KeyRing): Promise<Sealer> {
  const key = sealingKey(await selectRotations(sql), ring, await ring.own())
  return new Sealer(key, (mark) => ring.find(mark))
}

/** `openSigner` gives what signs with the key that counts now; the key is made where there is none. */
export const openSigner = async (sql: Queryable, ring: KeyRing): Promise<Signer> =>
  new Signer(sealingKey(await selectRotations(sql), ring, await ring.own()))

/** `findSigner` gives undefined where the installation has no secret key yet. */
export async function findSigner(sql: Queryable, ring: KeyRing): Promise<Signer | undefined> {
  const own = ring.findOwn()
  return own && new Signer(sealingKey(await selectRotations(sql), ring, own))
}

/**
 * `sealingKey` follows the rotations from the own key to the one that secrets are sealed with now. Throws a Refusal (conflict) where the
 * process does not have that one.
 */
function sealingKey(rotations: readonly Rotation[], ring: KeyRing, own: Buffer): Buffer {
  const last = lastOf(rotations, markOf(own))
  if (!last) return own
  const key = ring.find(last.toKey)
  if (key) return key
  throw new Refusal(
    'conflict',
    `the secret key at hand (${markOf(own)}) was replaced on ${localTime(last.startedAt)} by another one (${last.toKey}): ` +
      'use that one (IMEIGATE_SECRET_KEY, or secret.key in the data folder)',
  )
}

/** `lastOf` gives the last rotation that leads on from a key. */
export function lastOf(rotations: readonly Rotation[], mark: string): Rotation | undefined {
  let last: Rotation | undefined
  for (const one of rotations) if (one.fromKey === (last?.toKey ?? mark)) last = one
  return last
}
