import { type Answer, acceptance, refusal, refusedWith } from './dhru-shapes.ts'
import type { Draw } from './random.ts'
import { aboutAnother, echoOf, resultOf } from './shapes.ts'
import type { Purchase, Truth } from './truth.ts'
import { oddWords, states, trouble, wordsOf } from './words.ts'

export interface DhruTraits {
  name: string
  /** `honours` is what keeps it from doing the same twice, where anything does. */
  honours: 'keys' | 'duplicates' | 'nothing'
  fronts: number[]
  isBase64: boolean
}

/** `Said` is the answer about one order; undefined: none. `told` is called when it leaves whole. */
export interface Said {
  what: string
  answer: Answer | undefined
  told?: () => void
}

/** `DhruOrders` buys, and says of each order what is drawn; what really happened is in `truth`. */
export class DhruOrders {
  readonly #traits: DhruTraits
  readonly #truth: Truth
  readonly #byKey = new Map<string, Purchase>()
  #number = 50_000

  constructor(traits: DhruTraits, truth: Truth) {
    this.#traits = traits
    this.#truth = truth
  }

  /** `place` buys or not, and gives what is said of it; `taken or not` is for answers that nobody will read. */
  place(draw: Draw, input: string, key: string | undefined, how: 'any' | 'row' | 'taken or not'): Said {
    const { name, honours } = this.#traits
    const had =
      honours === 'keys'
        ? key && this.#byKey.get(key)
        : honours === 'duplicates' && this.#truth.at(name, input)
    let bought: Purchase | undefined
    const buy = (): Purchase => {
      if (had) return had
      if (bought) return bought
      const end = draw.chance(0.85) ? 'delivered' : 'rejected'
      bought = this.#truth.buy(name, input, String(++this.#number), {
        end,
        endsAfter: Math.floor(draw.next() * 4),
      })
      if (key) this.#byKey.set(key, bought)
      return bought
    }
    const maybe = (): boolean => draw.chance(0.5) && buy() !== undefined
    if (how === 'taken or not')
      return {
        what: '',
        answer: had || maybe() ? acceptance(draw, buy()) : refusedWith(wordsOf(draw, 'item')),
      }
    if (had && honours === 'duplicates') {
      const words = draw.one([
        ...wordsOf(draw, 'duplicate').split('\n'),
        'ORDER ALREADY EXISTS',
        'ValidationError123',
      ])
      const answer = draw.one<Answer>([
        refusedWith('ORDER ALREADY EXISTS'),
        refusedWith(words),
        { ERROR: [{ MESSAGE: words, REFERENCEID: had.reference }] },
        refusedWith(`This IMEI is already in process, order ${had.reference}`),
      ])
      return { what: 'a duplicate of ours', answer }
    }
    if (had) return { what: 'the same again', answer: acceptance(draw, had) }
    const stranger = this.#truth.stranger(draw, input)
    const what = draw.weighted({
      accepted: 68,
      'refused for the item': 8,
      trouble: how === 'row' ? 1 : 2,
      'words that nobody knows': 4,
      'refused and accepted': 1.5,
      'something broke': 2,
      'another device': stranger ? 2 : 0,
      'a number that another has': stranger ? 2 : 0,
      'a duplicate of somebody else': honours === 'duplicates' ? 0 : 1,
      'SUCCESS without a number': 1,
      'ERROR with a number': 1,
      'SUCCESS and ERROR': 1,
      'no row': how === 'row' ? 1 : 0,
    })
    const answer = ((): Answer | undefined => {
      switch (what) {
        case 'accepted':
          return acceptance(draw, buy())
        case 'refused for the item':
          return refusal(draw, wordsOf(draw, 'item'))
        case 'trouble':
          return refusal(draw, trouble(draw))
        case 'words that nobody knows': {
          const oddity = draw.one(['refusal', 'delay', 'odd'] as const)
          if (oddity === 'odd') maybe()
          return refusal(draw, oddWords(draw, oddity))
        }
        case 'refused and accepted':
          maybe()
          return refusal(draw, wordsOf(draw, 'taken'))
        case 'something broke':
          maybe()
          return refusal(draw, wordsOf(draw, 'internal'))
        case 'another device':
          maybe()
          return {
            SUCCESS: [
              {
                MESSAGE: 'Order received',
                REFERENCEID: String(++this.#number),
                ...aboutAnother(draw, (stranger as Purchase).input),
              },
            ],
          }
        case 'a number that another has': {
          maybe()
          const known = this.#truth.knownAt(name, input)
          return known
            ? { SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: known.reference }] }
            : refusedWith(wordsOf(draw, 'internal'))
        }
        case 'a duplicate of somebody else':
          return draw.one([
            refusedWith('ORDER ALREADY EXISTS'),
            refusal(draw, wordsOf(draw, 'duplicate')),
            { ERROR: [{ MESSAGE: 'ORDER ALREADY EXISTS', REFERENCEID: '4711' }] },
          ])
        case 'SUCCESS without a number':
          maybe()
          return draw.one<Answer>([
            { SUCCESS: [{ MESSAGE: 'Order received' }] },
            { SUCCESS: [] },
            { SUCCESS: 'OK' },
            { SUCCESS: [{ REFERENCEID: 0 }] },
          ])
        case 'ERROR with a number':
          maybe()
          return { ERROR: [{ MESSAGE: wordsOf(draw, 'item') }], REFERENCEID: String(++this.#number) }
        case 'SUCCESS and ERROR':
          maybe()
          return {
            SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: String(++this.#number) }],
            ERROR: [{ MESSAGE: wordsOf(draw, 'item') }],
          }
        case 'no row':
          maybe()
          return undefined
      }
    })()
    return { what, answer }
  }

  status(draw: Draw, reference: string): Said {
    const [purchase] = this.#truth.under(this.#traits.name, reference)
    if (!purchase) return { what: 'no such order', answer: refusedWith('Order not found') }
    this.#truth.askedAbout(purchase)
    const stranger = this.#truth.stranger(draw, purchase.input)
    const what = draw.weighted({
      'as it is': 88,
      'another device': stranger ? 2 : 0,
      'another order': 1.5,
      trouble: 0.7,
      'something broke': 1.5,
      'a state that nobody knows': 1.5,
      'SUCCESS and ERROR': 1,
      'success of the question': 1,
    })
    switch (what) {
      case 'as it is':
        return this.#truly(draw, purchase)
      case 'another device': {
        const code = resultOf(stranger as Purchase, this.#traits.isBase64)
        return {
          what,
          answer: {
            SUCCESS: [
              {
                STATUS: draw.one(states.delivered),
                CODE: code,
                ...aboutAnother(draw, (stranger as Purchase).input),
              },
            ],
          },
        }
      }
      case 'another order':
        return {
          what,
          answer: {
            SUCCESS: [
              {
                STATUS: draw.one([...states.delivered, ...states.rejected]),
                CODE: 'Code: 1234',
                REFERENCEID: `9${reference}`,
              },
            ],
          },
        }
      case 'trouble':
        return { what, answer: refusedWith(trouble(draw)) }
      case 'something broke':
        return {
          what,
          answer: refusedWith(
            draw.one([wordsOf(draw, 'internal'), 'Order not found', wordsOf(draw, 'item')]),
          ),
        }
      case 'a state that nobody knows':
        return { what, answer: { SUCCESS: [{ STATUS: draw.one(states.odd), CODE: 'Code: 1234' }] } }
      case 'SUCCESS and ERROR':
        return {
          what,
          answer: { SUCCESS: [{ STATUS: '4', CODE: 'x' }], ERROR: [{ MESSAGE: 'Order not found' }] },
        }
      case 'success of the question':
        return { what, answer: { SUCCESS: [{ STATUS: draw.one(['Success', 'OK', '成功']) }] } }
    }
  }

  #truly(draw: Draw, purchase: Purchase): Said {
    const echo = echoOf(draw, purchase.input)
    if (purchase.told.size === 0 && purchase.asked <= purchase.endsAfter) {
      return { what: 'open', answer: { SUCCESS: [{ STATUS: draw.one(states.open), CODE: '', ...echo }] } }
    }
    // Most often what it had refused is done after all.
    const flips = purchase.end === 'rejected' ? 0.4 : 0.03
    if (purchase.told.size > 0 && !purchase.hasFlipped && draw.chance(flips)) {
      purchase.hasFlipped = true
      if (purchase.end === 'rejected') purchase.end = 'delivered'
      else if (draw.chance(0.5)) purchase.end = 'rejected'
      else purchase.version++
    }
    const { end } = purchase
    const told = (): void => {
      this.#truth.tell(purchase, end)
    }
    if (end === 'rejected') {
      const reason = draw.one([
        { CODE: wordsOf(draw, 'item') },
        { COMMENTS: 'Not found' },
        { CODE: '' },
        { REASON: 'No unlock for it' },
      ])
      return {
        what: end,
        answer: { SUCCESS: [{ STATUS: draw.one(states.rejected), ...reason, ...echo }] },
        told,
      }
    }
    const where = draw.one(['CODE', 'CODE', 'RESULT', 'COMMENTS', 'REPLY'])
    const row = {
      STATUS: draw.one(states.delivered),
      [where]: resultOf(purchase, this.#traits.isBase64),
      ...echo,
    }
    return { what: end, answer: { SUCCESS: draw.chance(0.2) ? row : [row] }, told }
  }
}
