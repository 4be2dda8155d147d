import { timingSafeEqual } from 'node:crypto'
import type { ChangeListener } from '../database/change-notifier.ts'
import type { Sql } from '../database/database.ts'
import { Throttled } from '../errors.ts'
import { ok, type Refused, type Result, refused } from '../lib/fault.ts'
import type { KeyId } from '../lib/ids.ts'
import { addressGroup, allowedIps } from '../lib/ip.ts'
import { isStorable } from '../lib/text.ts'
import type { Clock } from '../lib/time.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import { Bucket } from '../throttles/bucket.ts'
import type { FailedLogins } from '../throttles/failed-logins.ts'
import type { ApiKey } from './account.ts'
import { type KeyUse, MAX_ADDRESSES, selectKeysNamed, upsertUses } from './keys.sql.ts'
import { hashSecret } from './keys.ts'

/** Credentials are the two fields as a caller sent them. */
export interface Credentials {
  /** `username` is a security id, an account's username, or a full dotted key. */
  username: string
  /** `secret` is the key's secret, or a full dotted key. */
  secret: string
}

/** Login is what became of credentials: the key; or why they are refused, with the key where the credentials were right. */
export type Login = Result<ApiKey> | (Refused & { readonly of: ApiKey })

interface Candidate {
  key: ApiKey
  allows: (ip: string) => boolean
  /** `addresses` are those that the key was used from, as `addressGroup` gives them. */
  addresses: Set<string>
}

/** MAX_NAMES are kept in memory. Only names that some key answers to are kept, so a flood of others fills nothing. */
const MAX_NAMES = 50_000
const FLUSH_MS = 5000
const DOTTED = /^([a-z0-9][a-z0-9_-]{1,63})\.([^.]+)$/i
/** LOOK_UPS_PER_MINUTE bounds the look-ups for callers whose credentials have failed too often: ten a second for all of them together. */
const LOOK_UPS_PER_MINUTE = 600
/** MAX_LENGTH bounds names and secrets that are hashed or looked up; ours are shorter. */
const MAX_LENGTH = 256

/**
 * Authenticator finds the key of a request. Keys are kept in memory, without their secrets, and forgotten when any process
 * changes a key or an account, so that a revocation counts everywhere within a second. A new key counts at once.
 */
export class Authenticator implements RuntimeService {
  readonly name = 'authenticator'
  readonly #sql: Sql
  readonly #notifier: ChangeListener
  readonly #clock: Clock
  readonly #failedLogins: FailedLogins
  readonly #known = new Map<string, Candidate[]>()
  readonly #filling = new Map<string, Promise<Candidate[]>>()
  /** `#generation` counts the changes: what was read from the database before the last one is used once and not kept. */
  #generation = 0
  readonly #lookUps = new Bucket('look-ups for throttled callers', () => {})
  /** `#uses` has when keys were used last that is not recorded yet, in milliseconds since 1970. */
  #uses = new Map<KeyId, number>()
  /** `#newAddresses` are those that are not recorded yet. */
  #newAddresses = new Map<KeyId, string[]>()
  readonly #loop = new Loop({
    name: 'last uses of keys',
    intervalMs: FLUSH_MS,
    run: () => this.#recordUses(),
  })

  constructor({
    sql,
    notifier,
    clock,
    failedLogins,
  }: { sql: Sql; notifier: ChangeListener; clock: Clock; failedLogins: FailedLogins }) {
    this.#sql = sql
    this.#notifier = notifier
    this.#clock = clock
    this.#failedLogins = failedLogins
    notifier.onInvalidate('accounts', () => {
      this.#generation++
      this.#known.clear()
      this.#filling.clear()
    })
  }

  /**
   * `authenticate` gives the key, or why the caller is refused; synchronously when the key is in memory. `ip` is the address that the
   * request came from. Throws Throttled where credentials have failed too often; but never to a key at an address that it was used from.
   */
  authenticate(credentials: Credentials, ip: string): Login | Promise<Login> {
    const address = addressGroup(ip)
    const readings = readingsOf(credentials)
    const { name } = readings[0]
    const pairs = readings
      .filter(isPossible)
      .map((one) => ({ name: one.name, hashed: hashSecret(one.secret) }))
    if (pairs.length === 0) {
      this.#refuseThrottled(name, address)
      return this.#fail(name, address)
    }
    const known = this.#notifier.isConnected() ? this.#inMemory(pairs) : undefined
    if (known?.addresses.has(address)) return this.#judge(known, ip, address)
    const wait = this.#failedLogins.waitMs(name, address)
    if (wait > 0) return this.#judgeThrottled(name, pairs, ip, address)
    if (known) return this.#judge(known, ip, address)
    // A key that is not in memory may have been made a moment ago: a new key works at once.
    return this.#find(pairs).then((found) =>
      found ? this.#judge(found, ip, address) : this.#fail(name, address),
    )
  }

  /** `#judgeThrottled` lets through only a key at an address that it was used from. */
  #judgeThrottled(name: string, pairs: readonly Pair[], ip: string, address: string): Promise<Login> {
    // What is in memory has been looked at; and what is not is looked up so often only that no flood reaches the database.
    const isRead = pairs.every((pair) => this.#known.has(pair.name))
    if (isRead || this.#lookUps.take(LOOK_UPS_PER_MINUTE, performance.now()) > 0) {
      this.#refuseThrottled(name, address)
    }
    return this.#find(pairs).then((found) => {
      if (!found?.addresses.has(address)) this.#refuseThrottled(name, address)
      return found ? this.#judge(found, ip, address) : this.#fail(name, address)
    })
  }

  start(): void {
    this.#loop.start()
  }

  /** `prove` throws what keeps every caller from being known: no key is in memory, and none can be read. */
  async prove(): Promise<void> {
    if (this.#known.size === 0 || !this.#notifier.isConnected()) await selectKeysNamed(this.#sql, '')
  }

  /** `stop` records the last uses that are not recorded yet. */
  async stop(): Promise<void> {
    await this.#loop.stop()
    await this.#recordUses()
  }

  #inMemory(pairs: readonly Pair[]): Candidate | undefined {
    for (const { name, hashed } of pairs) {
      const candidates = this.#known.get(name)
      const found = candidates && find(candidates, hashed)
      if (found) return found
    }
    return undefined
  }

  async #find(pairs: readonly Pair[]): Promise<Candidate | undefined> {
    for (const { name, hashed } of pairs) {
      const candidates = await (this.#notifier.isConnected() ? this.#fill(name) : this.#select(name))
      const found = find(candidates, hashed)
      if (found) return found
    }
    return undefined
  }

  /** `#fill` lets callers that ask for one name at the same time share one look-up. */
  #fill(name: string): Promise<Candidate[]> {
    const filling = this.#filling.get(name)
    if (filling) return filling
    const generation = this.#generation
    const filled = this.#select(name)
      .then((candidates) => {
        if (generation === this.#generation && candidates.length > 0) {
          if (this.#known.size >= MAX_NAMES) this.#known.clear()
          this.#known.set(name, candidates)
        }
        return candidates
      })
      .finally(() => {
        if (this.#filling.get(name) === filled) this.#filling.delete(name)
      })
    this.#filling.set(name, filled)
    return filled
  }

  async #select(name: string): Promise<Candidate[]> {
    const found = await selectKeysNamed(this.#sql, name)
    return found.map(({ key, addresses }) => ({
      key,
      allows: allowedIps(key.allowedIps),
      addresses: new Set([...addresses, ...(this.#newAddresses.get(key.id) ?? [])]),
    }))
  }

  #refuseThrottled(name: string, address: string): void {
    const wait = this.#failedLogins.waitMs(name, address)
    if (wait > 0) throw new Throttled('too_many_failed_logins', wait)
  }

  #fail(name: string, address: string): Result<ApiKey> {
    this.#failedLogins.count(name, address)
    return refused('invalid_credentials')
  }

  #judge({ key, allows, addresses }: Candidate, ip: string, address: string): Login {
    const now = this.#clock.now()
    if (key.revokedAt) return { ...refused('key_revoked'), of: key }
    if (key.expiresAt && key.expiresAt <= now) return { ...refused('key_expired'), of: key }
    if (key.account.closed) return { ...refused('account_closed'), of: key }
    if (!allows(ip)) return { ...refused('ip_not_allowed', [], ip), of: key }
    this.#uses.set(key.id, now.getTime())
    if (!addresses.has(address)) this.#moveIn(key.id, addresses, address)
    return ok(key)
  }

  #moveIn(id: KeyId, addresses: Set<string>, address: string): void {
    if (addresses.size >= MAX_ADDRESSES) addresses.clear()
    addresses.add(address)
    const fresh = this.#newAddresses.get(id) ?? []
    if (fresh.length < MAX_ADDRESSES) this.#newAddresses.set(id, [...fresh, address])
  }

  /** `#recordUses` records all in one statement; what cannot be recorded now is recorded with the next. */
  async #recordUses(): Promise<void> {
    if (this.#uses.size === 0) return
    const uses = this.#uses
    const newAddresses = this.#newAddresses
    this.#uses = new Map()
    this.#newAddresses = new Map()
    try {
      // In one order, so that two processes never wait for each other.
      const sorted = [...uses]
        .map(([id, at]): KeyUse => ({ id, at: new Date(at), addresses: newAddresses.get(id) ?? [] }))
        .sort((a, b) => a.id - b.id)
      await upsertUses(this.#sql, sorted)
    } catch {
      // A last use is not worth failing for.
      for (const [id, at] of uses) this.#uses.set(id, Math.max(at, this.#uses.get(id) ?? 0))
      for (const [id, some] of newAddresses) {
        this.#newAddresses.set(id, [...some, ...(this.#newAddresses.get(id) ?? [])])
      }
    }
  }
}

function find(candidates: Candidate[], hashed: Buffer): Candidate | undefined {
  return candidates.find(({ key }) => timingSafeEqual(key.secretHash, hashed))
}

/** `inTwo` gives the two parts of a full dotted key. Most texts have no dot, and are not looked at further. */
const inTwo = (text: string): string[] | undefined =>
  text.includes('.') ? DOTTED.exec(text.trim())?.slice(1) : undefined

/** Reading is what two fields may be: a name (in lower case), and the secret. Pair has the secret's hash. */
interface Reading {
  name: string
  secret: string
}
interface Pair {
  name: string
  hashed: Buffer
}

/**
 * `readingsOf` gives what the two fields may be, the likeliest first: a full dotted key in either is both, in the secret's first. Names and
 * secrets that have moved in may have a dot, too.
 */
function readingsOf({ username, secret }: Credentials): [Reading, ...Reading[]] {
  const plain = { name: username.trim().toLowerCase(), secret: secret.trim() }
  const [name, given] = inTwo(plain.secret) ?? inTwo(username) ?? []
  if (name === undefined || given === undefined) return [plain]
  return [{ name: name.toLowerCase(), secret: given }, plain]
}

const isPossible = ({ name, secret }: Reading): boolean =>
  [name, secret].every(({ length }) => length > 0 && length <= MAX_LENGTH) && isStorable(name)
