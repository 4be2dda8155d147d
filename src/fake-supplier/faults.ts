import type { RefusalName } from './refusals.ts'

/**
 * Manner says how an answer leaves. `whole`: as it should. `slow`: late. `lost`: the connection is closed instead. `half`: the
 * connection is reset in the middle of the body. `html`: a page instead (HTTP 200). `error`: HTTP 500. `cut`: half of the JSON in a
 * whole HTTP answer. `hang`: never, and the connection stays open. `reset`: the connection is reset instead.
 */
export type Manner = 'whole' | 'slow' | 'lost' | 'half' | 'html' | 'error' | 'cut' | 'hang' | 'reset'

/** End is how an order ends: done, or given up, with its price given back. */
export type End = 'delivered' | 'rejected'

/** Fault is what the fake supplier does wrong with an input. */
export interface Fault {
  /** `tac` is the first eight digits of an IMEI, in the range of test equipment (GSMA TS.06). */
  tac: string
  /** `description` is for people. */
  description: string
  /**
   * `placing` says whether it is bought. `once`: bought, and then refused as a duplicate. `ignored`: neither bought nor refused;
   * where sending it again is safe (an idempotency key, duplicates refused) the same again is bought without a fault.
   */
  placing: 'bought' | 'once' | 'refused' | 'ignored'
  refusal?: RefusalName
  manner: Manner
  /** `ends` has its final answers. None: it never ends. Two: the second comes four times `finishMs` after the first was given. */
  ends: readonly [] | readonly [End] | readonly [End, End]
  /** `unfindable` orders do not exist for those who ask for them. */
  unfindable?: true
}

const DONE = ['delivered'] as const

const bought = (
  tac: string,
  description: string,
  manner: Manner = 'whole',
  ends: Fault['ends'] = DONE,
): Fault => ({ tac, description, placing: 'bought', manner, ends })

const refused = (tac: string, description: string, refusal: RefusalName): Fault => ({
  ...bought(tac, description, 'whole', ['rejected']),
  placing: 'refused',
  refusal,
})

const ignored = (tac: string, description: string, manner: Manner): Fault => ({
  ...bought(tac, description, manner),
  placing: 'ignored',
})

/** `faults` has every fault; `docs/cli.md` has the same table. */
export const faults: readonly Fault[] = [
  bought('00100201', 'slow: accepted, answered after 3 seconds', 'slow'),
  refused('00100202', 'refused: IMEI not found', 'imei'),
  bought('00100203', 'the connection is closed without an answer', 'lost'),
  bought('00100204', 'half of the answer is sent, then the connection is reset', 'half'),
  ignored('00100205', 'an HTML page with HTTP 200', 'html'),
  bought('00100206', 'an HTML page with HTTP 200', 'html'),
  ignored('00100207', 'HTTP 500 with an error in the body', 'error'),
  bought('00100208', 'HTTP 500 with an error in the body', 'error'),
  bought('00100209', 'half of the JSON in a whole HTTP answer', 'cut'),
  {
    ...bought('00100210', 'first without an answer, then refused: This IMEI is already pending', 'lost'),
    placing: 'once',
    refusal: 'duplicate',
  },
  refused('00100211', 'refused: CreditprocessError', 'credit'),
  bought('00100212', 'success, and refused later', 'whole', ['delivered', 'rejected']),
  bought('00100213', 'refused in the end, and a success later', 'whole', ['rejected', 'delivered']),
  bought('00100214', 'never ends', 'whole', []),
  refused('00100215', 'refused: Authentication Failed', 'login'),
  bought('00100216', 'never answered, the connection stays open', 'hang'),
  ignored('00100217', 'never answered, the connection stays open', 'hang'),
  bought('00100218', 'accepted, and refused in the end', 'whole', ['rejected']),
  ignored('00100219', 'the connection is reset without an answer', 'reset'),
  { ...bought('00100220', 'accepted, and then: Order not found'), unfindable: true },
  ignored('00100221', 'the connection is closed without an answer', 'lost'),
]

const ORDINARY = bought('', 'accepted, and done')
const byTac = new Map(faults.map((fault) => [fault.tac, fault]))

export const faultOf = (input: string): Fault => byTac.get(input.slice(0, 8)) ?? ORDINARY

/** `isBought` says for people whether an input with this fault is bought. */
export const isBought = ({ placing }: Fault): string =>
  placing === 'once' ? 'once' : placing === 'bought' ? 'yes' : 'no'

/** `mannerOf` says how several answers leave as one: in the first manner that is not `whole`. */
export const mannerOf = (manners: Manner[]): Manner => manners.find((manner) => manner !== 'whole') ?? 'whole'
