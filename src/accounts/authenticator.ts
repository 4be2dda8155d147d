import { timingSafeEqual } from 'node:crypto'
import type { ChangeListener } from '../database/change-notifier.ts'
import type { Sql } from '../database/database.ts'
import { ok, type Result, refused } from '../lib/fault.ts'
import type { KeyId } from '../lib/ids.ts'
import { allowedIps } from '../lib/ip.ts'
import { isStorable } from '../lib/text.ts'
import type { Clock } from '../lib/time.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import type { ApiKey } from './account.ts'
import { selectKeysNamed, upsertUses } from './keys.sql.ts'
import { hashSecret } from './keys.ts'

/** Credentials are the two fields as a caller sent them. */
export interface Credentials {
  /** `username` is a security id, an account's username, or a full dotted key. */
  username: string
  /** `secret` is the key's secret, or a full dotted key. */
  secret: string
}

interface Candidate {
  key: ApiKey
  allows: (ip: string) => boolean
}

/** MAX_NAMES are kept in memory. Only names that some key answers to are kept, so a flood of others fills nothing. */
const MAX_NAMES = 50_000
const FLUSH_MS = 5000
const DOTTED = /^([a-z0-9][a-z0-9_-]{1,63})\.([^.]+)$/i
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
  readonly #known = new Map<string, Candidate[]>()
  readonly #filling = new Map<string, Promise<Candidate[]>>()
  /** `#generation` counts the changes: what was read from the database before the last one is used once and not kept. */
  #generation = 0
  /** `#uses` has when keys were used last that is not recorded yet, in milliseconds since 1970. */
  #uses = new Map<KeyId, number>()
  readonly #loop = new Loop({
    name: 'last uses of keys',
    intervalMs: FLUSH_MS,
    run: () => this.#recordUses(),
  })

  constructor(sql: Sql, notifier: ChangeListener, clock: Clock) {
    this.#sql = sql
    this.#notifier = notifier
    this.#clock = clock
    notifier.onInvalidate('accounts', () => {
      this.#generation++
      this.#known.clear()
      this.#filling.clear()
    })
  }

  /**
   * `authenticate` gives the key, or why the caller is refused; synchronously when the key is in memory. `ip` is the address that the
   * request came from.
   */
  authenticate(credentials: Credentials, ip: string): Result<ApiKey> | Promise<Result<ApiKey>> {
    const { name, secret } = read(credentials)
    const isPossible = [name, secret].every(({ length }) => length > 0 && length <= MAX_LENGTH)
    if (!isPossible || !isStorable(name)) return refused('invalid_credentials')
    const hashed = hashSecret(secret)
    if (!this.#notifier.isConnected()) {
      return this.#select(name).then((candidates) => this.#judge(find(candidates, hashed), ip))
    }
    const known = find(this.#known.get(name) ?? [], hashed)
    if (known) return this.#judge(known, ip)
    // A key that is not in memory may have been made a moment ago: a new key works at once.
    return this.#fill(name).then((candidates) => this.#judge(find(candidates, hashed), ip))
  }

  start(): void {
    this.#loop.start()
  }

  /** `stop` records the last uses that are not recorded yet. */
  async stop(): Promise<void> {
    await this.#loop.stop()
    await this.#recordUses()
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
    const keys = await selectKeysNamed(this.#sql, name)
    return keys.map((key) => ({ key, allows: allowedIps(key.allowedIps) }))
  }

  #judge(found: Candidate | undefined, ip: string): Result<ApiKey> {
    if (!found) return refused('invalid_credentials')
    const { key, allows } = found
    const now = this.#clock.now()
    if (key.revokedAt) return refused('key_revoked')
    if (key.expiresAt && key.expiresAt <= now) return refused('key_expired')
    if (key.account.closed) return refused('account_closed')
    if (!allows(ip)) return refused('ip_not_allowed', [], ip)
    this.#uses.set(key.id, now.getTime())
    return ok(key)
  }

  /** `#recordUses` records all in one statement; what cannot be recorded now is recorded with the next. */
  async #recordUses(): Promise<void> {
    if (this.#uses.size === 0) return
    const uses = this.#uses
    this.#uses = new Map()
    try {
      // In one order, so that two processes never wait for each other.
      const sorted = [...uses].map(([id, at]) => ({ id, at: new Date(at) })).sort((a, b) => a.id - b.id)
      await upsertUses(this.#sql, sorted)
    } catch {
      // A last use is not worth failing for.
      for (const [id, at] of uses) this.#uses.set(id, Math.max(at, this.#uses.get(id) ?? 0))
    }
  }
}

function find(candidates: Candidate[], hashed: Buffer): Candidate | undefined {
  return candidates.find(({ key }) => timingSafeEqual(key.secretHash, hashed))
}

/** `read` gives the name (in lower case) and the secret; a full dotted key in either field is both, in the secret's first. */
function read({ username, secret }: Credentials): { name: string; secret: string } {
  const dotted = DOTTED.exec(secret.trim()) ?? DOTTED.exec(username.trim())
  const [name = '', given = ''] = dotted ? dotted.slice(1) : [username.trim(), secret.trim()]
  return { name: name.toLowerCase(), secret: given }
}
