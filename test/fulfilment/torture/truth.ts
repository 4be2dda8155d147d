import type { Draw } from './random.ts'

export type End = 'delivered' | 'rejected'

/** `Purchase` is what one input was bought once for, as the panel itself knows it. */
export interface Purchase {
  no: number
  panel: string
  input: string
  /** `reference` is the number of its order, which may hold others. */
  reference: string
  /** `end` is how it ends once it was asked about so many times. */
  end: End
  endsAfter: number
  asked: number
  /** `told` has the ends that were said of it, in answers that were whole: a panel may change its mind. */
  told: Set<End>
  /** `last` is what the shop has heard last, and when by its clock: an answer that leaves here may find nobody who still waits for it. */
  last: { end: End; at: number } | undefined
  /** `version` counts its results. `hasFlipped`: it ended otherwise, or with another result, after it was told. */
  version: number
  hasFlipped: boolean
}

/** `tokenOf` is in the result of a purchase and in no other. */
export const tokenOf = ({ no }: Pick<Purchase, 'no'>): string => String(700_000_000_000 + no)
export const tokensIn = (text: string): number[] =>
  (text.match(/(?<!\d)7\d{11}(?!\d)/g) ?? []).map((token) => Number(token) - 700_000_000_000)

/** `Doubt` is a violation if it was decided to buy, at some time until `at`, when another was known since `toldAt` to have delivered. */
export interface Doubt {
  violation: string
  input: string
  panel: string
  toldAt: number
  at: number
}

/** `Truth` is what really happened at all panels. */
export class Truth {
  readonly purchases: Purchase[] = []
  readonly violations: string[] = []
  readonly doubts: Doubt[] = []
  /** `counts` are the answers by what they were. */
  readonly counts = new Map<string, number>()
  readonly #known = new Map<string, Purchase[]>()
  readonly #history = new Map<string, string[]>()
  readonly #byInput = new Map<string, Purchase[]>()
  readonly #byReference = new Map<string, Purchase[]>()

  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  /** `tell` notes an end that an answer said, which was whole. */
  tell(purchase: Purchase, end: End): void {
    purchase.told.add(end)
    this.note(purchase.input, `${purchase.panel} told: ${end}`)
  }

  /** `hear` notes that an answer which says how a purchase ended has come to the shop, and was understood. */
  hear(panel: string, input: string, end: End): void {
    const purchase = this.at(panel, input)
    if (!purchase) return
    purchase.last = { end, at: this.#now().getTime() }
    this.note(input, `heard of ${panel}: ${end}`)
  }

  /**
   * `buy` buys, whatever the answer will say of it. Whoever buys again what was not told to be rejected buys twice, and so does who decided
   * to after he heard that it is delivered after all.
   */
  buy(panel: string, input: string, reference: string, fate: Pick<Purchase, 'end' | 'endsAfter'>): Purchase {
    const at = this.#now().getTime()
    for (const { told, last, ...before } of this.of(input)) {
      const violation = `${input} bought at ${panel}, and before at ${before.panel} (${before.reference})`
      if (!told.has('rejected')) this.violations.push(violation)
      else if (last?.end === 'delivered') this.doubts.push({ violation, input, panel, toldAt: last.at, at })
    }
    const purchase: Purchase = {
      no: this.purchases.length,
      panel,
      input,
      reference,
      ...fate,
      asked: 0,
      told: new Set(),
      last: undefined,
      version: 0,
      hasFlipped: false,
    }
    this.purchases.push(purchase)
    this.note(input, `bought at ${panel} as ${reference}, to be ${purchase.end}`)
    push(this.#byInput, input, purchase)
    push(this.#byReference, `${panel} ${reference}`, purchase)
    return purchase
  }

  of(input: string): Purchase[] {
    return this.#byInput.get(input) ?? []
  }

  at(panel: string, input: string): Purchase | undefined {
    return this.of(input).findLast((one) => one.panel === panel)
  }

  /** `stranger` is another device that was bought for lately, if any was. */
  stranger(draw: Draw, ...inputs: string[]): Purchase | undefined {
    const lately = this.purchases.slice(-200).filter(({ input }) => !inputs.includes(input))
    return draw.one(lately)
  }

  /** `askedAbout` notes that somebody knows the number of a purchase; `knownAt` gives one of another device. */
  askedAbout(purchase: Purchase): void {
    purchase.asked++
    const known = this.#known.get(purchase.panel) ?? []
    if (known[0]?.input !== purchase.input) this.#known.set(purchase.panel, [purchase, ...known].slice(0, 20))
  }

  knownAt(panel: string, ...inputs: string[]): Purchase | undefined {
    return this.#known.get(panel)?.find(({ input }) => !inputs.includes(input))
  }

  under(panel: string, reference: string): Purchase[] {
    return this.#byReference.get(`${panel} ${reference}`) ?? []
  }

  /** `note` keeps what was said of an input, to be shown where something is wrong with it. */
  note(input: string, what: string): void {
    push(this.#history, input, `${this.#now().toISOString().slice(5, 19)} ${what}`)
  }

  historyOf(input: string): string {
    return (this.#history.get(input) ?? []).join('; ')
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
