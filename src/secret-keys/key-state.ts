import type { Queryable } from '../database/database.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { markOf } from '../secrets/sealer.ts'
import { countSealed, selectRotations } from './rotations.sql.ts'

/** KeyState is which keys there are, and what was sealed with which. Keys are named by their marks. */
export interface KeyState {
  /** `key` is the one at hand, and `next` the one that a rotation leads to; null: there is none. */
  key: string | null
  next: string | null
  sealed: { owner: string; key: string; count: number; opens: boolean }[]
  rotations: { from: string; to: string; startedAt: Date; endedAt: Date | null }[]
}

/** `keyState` looks, and makes no key. */
export async function keyState(sql: Queryable, ring: KeyRing): Promise<KeyState> {
  const [own, next] = [ring.findOwn(), ring.findNext()]
  return {
    key: own ? markOf(own) : null,
    next: next ? markOf(next) : null,
    sealed: (await countSealed(sql)).map((one) => ({ ...one, opens: ring.find(one.key) !== undefined })),
    rotations: (await selectRotations(sql)).map(({ fromKey: from, toKey: to, startedAt, endedAt }) => ({
      ...{ from, to, startedAt, endedAt },
    })),
  }
}

/** `wrongKey` says in words that secrets do not open with the keys at hand; undefined: all do. */
export function wrongKey({ key, sealed }: KeyState): string | undefined {
  const closed = sealed.filter(({ opens }) => !opens)
  if (closed.length === 0) return undefined
  const counts = closed.map(
    ({ owner, count, key: by }) => `${count} ${owner}${count === 1 ? '' : 's'} (key ${by})`,
  )
  return `secrets of ${counts.join(', ')} do not open with the secret key at hand (${key ?? 'there is none'})`
}
