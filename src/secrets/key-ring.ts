import { join } from 'node:path'
import { markOf, Sealer } from './sealer.ts'
import { findSecretKey, loadSecretKey, makeSecretKey, readSecretKey, replaceSecretKey } from './secret-key.ts'

/** KeySettings say where the secret key of an installation is: in its setting, or in its data folder, where it is made if there is none. */
export interface KeySettings {
  secretKey: string | undefined
  /** `nextSecretKey` is the one that a rotation leads to, where the key is in a setting. */
  nextSecretKey: string | undefined
  dataFolder: string
}

/**
 * KeyRing is the secret keys that a process knows: its own, the next one while the key is rotated, and those that it has known before.
 * The files in the data folder are read again when a key is looked for, so that a rotation needs no restart; settings are as they were
 * at the start.
 */
export class KeyRing {
  /** `file` is the key's; undefined: it is in a setting. */
  readonly file: string | undefined
  readonly #settings: KeySettings
  readonly #known = new Map<string, Buffer>()

  constructor(settings: KeySettings) {
    this.#settings = settings
    this.file = settings.secretKey === undefined ? join(settings.dataFolder, 'secret.key') : undefined
  }

  /** `own` is the key of the settings or the data folder, which is made where there is none. Throws an Error as `loadSecretKey`. */
  async own(): Promise<Buffer> {
    return this.#note(await loadSecretKey(this.#place()))
  }

  /** `findOwn` does the same, and makes none. */
  findOwn(): Buffer | undefined {
    const key = findSecretKey(this.#place())
    return key && this.#note(key)
  }

  /** `findNext` gives the key that a rotation leads to, where there is one. */
  findNext(): Buffer | undefined {
    const { nextSecretKey } = this.#settings
    const file = nextOf(this.file ?? '')
    const isSet = this.file === undefined
    if (isSet && nextSecretKey === undefined) return undefined
    const key = isSet ? findSecretKey({ fromEnvironment: nextSecretKey, file }) : readSecretKey(file)
    return key && this.#note(key)
  }

  /** `makeNext` makes it in the data folder, where there is none yet. */
  async makeNext(): Promise<Buffer | undefined> {
    const next = this.findNext()
    return next || this.file === undefined ? next : this.#note(await makeSecretKey(nextOf(this.file)))
  }

  /** `find` gives a key by its mark. */
  find(mark: string): Buffer | undefined {
    const known = this.#known.get(mark)
    if (known) return known
    // The next one first: it takes the other's place, and would be missed by who reads it last.
    this.findNext()
    this.findOwn()
    return this.#known.get(mark)
  }

  /** `opener` opens with every key that is known, and seals with the own one: for who opens only. */
  async opener(): Promise<Sealer> {
    return new Sealer(await this.own(), (mark) => this.find(mark))
  }

  /** `takeNext` makes the next key the own one, and gives the file that the former one stays in. It does nothing where keys are in settings. */
  async takeNext(): Promise<string | undefined> {
    const own = this.findOwn()
    if (this.file === undefined || !own || !this.findNext()) return undefined
    const former = `${this.file}.${markOf(own)}`
    await replaceSecretKey(this.file, nextOf(this.file), former)
    return former
  }

  #place() {
    return { fromEnvironment: this.#settings.secretKey, file: this.file ?? '' }
  }

  #note(key: Buffer): Buffer {
    this.#known.set(markOf(key), key)
    return key
  }
}

const nextOf = (file: string): string => `${file}.next`
