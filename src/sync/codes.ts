/** MAX_SLUG_LENGTH leaves room for a number behind it. */
const MAX_SLUG_LENGTH = 48

/**
 * NewCodes makes codes of the names of services, with a number behind those that are taken. Resellers read codes, so that neither the
 * supplier's name nor its ids are in them.
 */
export class NewCodes {
  /** `#taken` are in lower case, as codes are compared. */
  readonly #taken: Set<string>
  readonly #counts = new Map<string, number>()

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken)
  }

  /** `codeOf` gives no code twice. */
  codeOf(name: string): string {
    const wish = slug(name)
    let code = wish
    let count = this.#counts.get(wish) ?? 1
    while (this.#taken.has(code)) code = `${wish}-${++count}`
    this.#counts.set(wish, count)
    this.#taken.add(code)
    return code
  }
}

/** `slug` makes a code of what a name has in Latin letters and digits. It is never all digits, as a service's id is. */
function slug(name: string): string {
  const letters = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    // Galaxy S10+ is not Galaxy S10.
    .replace(/(?<=[a-z0-9])\+/g, ' plus ')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, MAX_SLUG_LENGTH)
    .replace(/-$/, '')
  return /[a-z]/.test(letters) ? letters : ['service', letters].filter(Boolean).join('-')
}
