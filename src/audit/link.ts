import { createHash } from 'node:crypto'
import type { AccountId } from '../lib/ids.ts'

/** Link is one link of the hash chain over the ledger and the trail. Hashes are SHA-256, of 32 bytes. */
export interface Link {
  /** `id` counts the links from 1. */
  id: number
  at: Date
  /** `accounts` are those whose ledger entries it holds, and `counts` how many of each, which follow on those of the links before. */
  accounts: AccountId[]
  counts: number[]
  /** `changes` are the ids of the lines of the trail that it holds. */
  changes: bigint[]
  entriesHash: Buffer
  changesHash: Buffer
  hash: Buffer
}

/** START is what stands for the hash before the first link. */
export const START = Buffer.alloc(32)

/** `hashOf` gives the hash of a link behind one with the hash `before`. */
export function hashOf(before: Buffer, link: Omit<Link, 'hash'>): Buffer {
  const { id, at, accounts, counts, changes, entriesHash, changesHash } = link
  const said = JSON.stringify([id, at.toISOString(), accounts, counts, changes.map(String)])
  return createHash('sha256').update(before).update(said).update(entriesHash).update(changesHash).digest()
}
