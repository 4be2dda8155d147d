import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Refusal } from '../errors.ts'
import { Turns } from '../lib/turns.ts'
import { because, type Reason, type ValuesOf } from '../reasons.ts'
import { type Circle, terms } from './circle.ts'

/** HashCost is what one guess costs: KiB of memory, and how often they are gone through. */
export interface HashCost {
  memory: number
  passes: number
}

/** COST is 46 MiB of memory, and about 40 ms of a processor. */
const COST: HashCost = { memory: 47_104, passes: 1 }
const FORM = { parallelism: 1, tagLength: 32 }
const SALT_BYTES = 16
/** MAX_AT_ONCE is how many are hashed at a time in a process, so that sign-ins leave its other threads and its memory alone. MAX_WAITING is how many wait: more are refused. */
const MAX_AT_ONCE = 2
const MAX_WAITING = 50

const MAX_LENGTH = 128
/** MIN_DIFFERENT is how many different characters a password has at least. */
const MIN_DIFFERENT = 5

const derive = promisify<'argon2id', Argon2Parameters, Buffer>(argon2)

/** Passwords hashes passwords and checks them, a few at a time. */
export class Passwords {
  readonly #turns = new Turns<'password'>({ atOnce: MAX_AT_ONCE, maxWaiting: MAX_WAITING })
  readonly #cost: HashCost

  /** `cost` is lower in tests, which hash many hundreds. */
  constructor(cost = COST) {
    this.#cost = cost
  }

  /** `hash` gives the hash of a password as a PHC string. Throws too_many_requests. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES)
    const tag = await this.#derive(password, { ...FORM, ...this.#cost, nonce: salt })
    return `${this.#beginning()}${text(salt)}$${text(tag)}`
  }

  /**
   * `verify` tells whether a password is the one that was hashed. Without a hash (nobody has the name that was given) it takes as long, and says
   * no. Throws too_many_requests.
   */
  async verify(password: string, hash: string | undefined): Promise<boolean> {
    const read = hash === undefined ? undefined : readHash(hash)
    const salt = read?.salt ?? randomBytes(SALT_BYTES)
    const cost = read?.cost ?? { ...FORM, ...this.#cost }
    const tag = await this.#derive(password.slice(0, MAX_LENGTH), { ...cost, nonce: salt })
    return read !== undefined && timingSafeEqual(tag, read.tag)
  }

  /** `isOutdated` tells whether a password was hashed at another cost than today's. */
  isOutdated(hash: string): boolean {
    return !hash.startsWith(this.#beginning())
  }

  #beginning(): string {
    const { memory, passes } = this.#cost
    return `$argon2id$v=19$m=${memory},t=${passes},p=${FORM.parallelism}$`
  }

  #derive(password: string, parameters: Omit<Argon2Parameters, 'message'>): Promise<Buffer> {
    const message = Buffer.from(normal(password))
    const derived = this.#turns.through('password', () => derive('argon2id', { ...parameters, message }))
    if (!derived) throw because('too_many_requests', 'many_sign_in', {})
    return derived
  }
}

const weak = <R extends Reason>(reason: R, values: ValuesOf<R>): Refusal =>
  because('invalid_input', reason, values, 'password')

/** `passwordFault` is the refusal of a password that is not taken; undefined: it is. `known` is what others know of the person: name and e-mail address. */
export async function passwordFault(
  circle: Circle,
  password: string,
  known: readonly string[],
): Promise<Refusal | undefined> {
  const { minPassword: least } = terms[circle]
  const { length } = [...normal(password)]
  if (length < least) return weak('password_short', { least })
  if (password.length > MAX_LENGTH) return weak('password_long', { most: MAX_LENGTH })
  const plain = normal(password).toLowerCase()
  if (new Set(plain).size < MIN_DIFFERENT) return weak('password_plain', { least: MIN_DIFFERENT })
  const words = ['imeigate', ...known.flatMap((one) => [one, ...one.split('@').slice(0, 1)])].map((one) =>
    normal(one).toLowerCase(),
  )
  // Digits and signs around a word are the first thing that is guessed.
  const cores = [plain, plain.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ''), plain.replace(/[^\p{L}]/gu, '')]
  if (cores.some((core) => core === '' || words.includes(core))) return weak('password_own', {})
  const common = await commonPasswords()
  return cores.some((core) => common.has(core)) ? weak('password_common', {}) : undefined
}

let common: Promise<ReadonlySet<string>> | undefined

/** `commonPasswords` are loaded when somebody first sets one: 49,000 texts. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common']),
  )
  return common
}

/** `normal` lets a password be the same one on every keyboard. */
const normal = (password: string): string => password.normalize('NFKC')

const text = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

function readHash(hash: string) {
  const [, memory, passes, parallelism, salt = '', tag = ''] = PHC.exec(hash) ?? []
  if (tag === '') throw new Error('the hash of a password is not in a form that this imeigate knows')
  const bytes = Buffer.from(tag, 'base64')
  return {
    cost: {
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
      tagLength: bytes.length,
    },
    salt: Buffer.from(salt, 'base64'),
    tag: bytes,
  }
}
