import type { RefusalName } from './refusals.ts'

/**
 * How an answer leaves: `whole` is well. `slow`: late. `lost`: the connection is closed instead. `half`: reset in the
 * middle of the body. `html`: a page instead (HTTP 200). `error`: HTTP 500. `cut`: half of the JSON, whole to HTTP.
 * `hang`: never, and the connection stays open. `reset`: the connection is reset instead.
 */
export type Manner = 'whole' | 'slow' | 'lost' | 'half' | 'html' | 'error' | 'cut' | 'hang' | 'reset'

/** What an order comes to: done, or given up and given back. */
export type End = 'delivered' | 'rejected'

/** What the fake supplier does wrong with an input. */
export interface Fault {
  /** The first eight digits of an IMEI, in the range of test equipment (GSMA TS.06). */
  tac: string
  /** For people. */
  words: string
  /**
   * `once`: bought, and then refused as a duplicate. `ignored`: not bought, and not said so either; where asking
   * again is safe (an idempotency key, duplicates refused) the same again is bought without a fault.
   */
  placing: 'bought' | 'once' | 'refused' | 'ignored'
  refusal?: RefusalName
  manner: Manner
  /** None: it never ends. Two: the second comes four times `finishMs` after the first was told. */
  ends: readonly [] | readonly [End] | readonly [End, End]
  /** Whoever asks for the order is told that there is none. */
  unfindable?: true
}

const DONE = ['delivered'] as const

const bought = (tac: string, words: string, manner: Manner = 'whole', ends: Fault['ends'] = DONE): Fault => ({
  tac,
  words,
  placing: 'bought',
  manner,
  ends,
})

const refused = (tac: string, words: string, refusal: RefusalName): Fault => ({
  tac,
  words,
  placing: 'refused',
  refusal,
  manner: 'whole',
  ends: ['rejected'],
})

const ignored = (tac: string, words: string, manner: Manner): Fault => ({
  tac,
  words,
  placing: 'ignored',
  manner,
  ends: DONE,
})

/** Every fault there is; `docs/cli.md` has the same table. */
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
    tac: '00100210',
    words: 'first without an answer, then refused: This IMEI is already pending',
    placing: 'once',
    refusal: 'duplicate',
    manner: 'lost',
    ends: DONE,
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

/** Whether it is bought, for people. */
export const isBought = ({ placing }: Fault): string =>
  placing === 'once' ? 'once' : placing === 'bought' ? 'yes' : 'no'

/** Of answers that leave as one: the first that is not well. */
export const mannerOf = (manners: Manner[]): Manner => manners.find((manner) => manner !== 'whole') ?? 'whole'
