import type { IncomingMessage } from 'node:http'
import { type Answer, accepted, noSuccess, refusedWith, stateOf } from './http-shapes.ts'
import { InstantChecks } from './instant.ts'
import { mishap, turnedAway } from './mishaps.ts'
import { Draw } from './random.ts'
import type { Reply } from './server.ts'
import { aboutAnother, echoOf, resultOf } from './shapes.ts'
import type { Purchase, Truth } from './truth.ts'
import { oddWords, trouble, wordsOf } from './words.ts'

/**
 * `TortureHttp` is an API of the two styles that most have: orders that are asked about by their number, and instant checks, which answer at
 * once and give the same input the same purchase.
 */
export class TortureHttp {
  readonly #name: string
  readonly #fronts: number[]
  readonly #truth: Truth
  readonly #seed: number
  readonly #times = new Map<string, number>()
  readonly #checks: InstantChecks
  #number = 7_000

  constructor(name: string, fronts: number[], truth: Truth, seed: number) {
    this.#name = name
    this.#fronts = fronts
    this.#truth = truth
    this.#seed = seed
    this.#checks = new InstantChecks(name, truth, (draw, input) => this.#buy(draw, input))
  }

  readonly handle = (request: IncomingMessage, body: Buffer): Reply => {
    const url = new URL(request.url ?? '', 'http://here')
    const checked = url.searchParams.get('imei')
    if (checked !== null)
      return this.#answer('check', checked, (draw, isRead) => this.#checks.check(draw, checked, isRead))
    if (request.method === 'POST') {
      const { imei } = JSON.parse(body.toString('utf8')) as { imei: string }
      return this.#answer('place', imei, (draw, isRead) => this.#place(draw, imei, isRead))
    }
    const reference = url.pathname.split('/').at(-1) ?? ''
    return this.#answer('status', reference, (draw) => this.#status(draw, reference))
  }

  #answer(
    what: string,
    about: string,
    say: (draw: Draw, isRead: boolean) => Answer & { told?: () => void },
  ): Reply {
    const reply = this.#drawn(what, about, say)
    const [purchase] = what === 'status' ? this.#truth.under(this.#name, about) : []
    this.#truth.note(purchase?.input ?? about, `${this.#name}: ${reply.what}`)
    return reply
  }

  #drawn(
    what: string,
    about: string,
    say: (draw: Draw, isRead: boolean) => Answer & { told?: () => void },
  ): Reply {
    const time = (this.#times.get(`${what} ${about}`) ?? 0) + 1
    this.#times.set(`${what} ${about}`, time)
    const draw = new Draw(this.#seed, this.#name, what, about, time)
    const way = draw.weighted({
      whole: 84,
      away: 1.5,
      mishap: what === 'status' ? 5 : 10,
      held: 1.5,
      slow: 1,
    })
    if (way === 'away') return turnedAway(draw, this.#fronts)
    const { told, said, ...answer } = say(draw, way !== 'mishap')
    const json = JSON.stringify(answer)
    if (way === 'mishap') {
      const reply = mishap(draw, json, JSON.stringify(refusedWith(draw, wordsOf(draw, 'item'))), this.#fronts)
      return { ...reply, what: `${what}, ${reply.what}` }
    }
    const isRefused = ['error', 'failed'].includes(String(answer['status'])) || answer['success'] === false
    const status = isRefused ? draw.one([200, 200, 400, 422]) : draw.one([200, 201])
    return { what: `${what}, ${String(said)}`, status, body: json, manner: way, ...(told && { told }) }
  }

  #buy(draw: Draw, input: string): Purchase {
    const end = draw.chance(0.85) ? 'delivered' : 'rejected'
    return this.#truth.buy(this.#name, input, String(++this.#number), {
      end,
      endsAfter: Math.floor(draw.next() * 4),
    })
  }

  #place(draw: Draw, input: string, isRead: boolean): Answer {
    const maybe = (): Purchase | undefined => (draw.chance(0.5) ? this.#buy(draw, input) : undefined)
    if (!isRead) {
      const bought = maybe()
      return bought ? accepted(draw, bought) : refusedWith(draw, wordsOf(draw, 'item'))
    }
    const stranger = this.#truth.stranger(draw, input)
    const said = draw.weighted({
      accepted: 70,
      'refused for the item': 8,
      trouble: 2,
      'words that nobody knows': 4,
      'refused and accepted': 1.5,
      'something broke': 2,
      'another device': stranger ? 2 : 0,
      'a number that another has': 2,
      'success and failure': 1,
      'no number': 1,
    })
    const answer = ((): Answer => {
      switch (said) {
        case 'accepted':
          return accepted(draw, this.#buy(draw, input))
        case 'refused for the item':
          return refusedWith(draw, wordsOf(draw, 'item'))
        case 'trouble':
          return refusedWith(draw, trouble(draw))
        case 'words that nobody knows': {
          const oddity = draw.one(['refusal', 'delay', 'odd'] as const)
          if (oddity === 'odd') maybe()
          return refusedWith(draw, oddWords(draw, oddity))
        }
        case 'refused and accepted':
          maybe()
          return refusedWith(draw, wordsOf(draw, 'taken'))
        case 'something broke':
          maybe()
          return refusedWith(draw, wordsOf(draw, 'internal'))
        case 'another device':
          maybe()
          return {
            status: 'pending',
            id: ++this.#number,
            ...aboutAnother(draw, (stranger as Purchase).input),
          }
        case 'a number that another has': {
          maybe()
          const known = this.#truth.knownAt(this.#name, input)
          return known
            ? { status: 'pending', id: known.reference }
            : refusedWith(draw, wordsOf(draw, 'internal'))
        }
        case 'success and failure':
          maybe()
          return draw.one<Answer>([
            { status: 'pending', success: false, id: ++this.#number },
            { status: 'pending', error: 'Invalid IMEI', id: ++this.#number },
          ])
        case 'no number':
          maybe()
          return {
            status: draw.one(['pending', 'success', 'Recibido']),
            ...draw.one([{}, { id: 0 }, { id: 'null' }, { id: -1 }, { id: false }, { id: { id: 7 } }]),
          }
      }
    })()
    return { ...answer, said }
  }

  #status(draw: Draw, reference: string): Answer & { told?: () => void } {
    const [purchase] = this.#truth.under(this.#name, reference)
    if (!purchase) return { status: 'error', message: 'Order not found', said: 'no such order' }
    this.#truth.askedAbout(purchase)
    const stranger = this.#truth.stranger(draw, purchase.input)
    const said = draw.weighted({
      'as it is': 90,
      'another device': stranger ? 2 : 0,
      'another order': 1.5,
      'something broke': 1.5,
      'no answer': 1.5,
      'a state that nobody knows': 1.5,
      'success without a result': 1,
      'success and failure': 1,
    })
    switch (said) {
      case 'as it is':
        return this.#truly(draw, purchase)
      case 'another device':
        return {
          said,
          status: 'success',
          result: resultOf(stranger as Purchase, false),
          ...aboutAnother(draw, (stranger as Purchase).input),
        }
      case 'another order':
        return { said, status: 'success', result: 'Code: 1234', id: `9${reference}` }
      case 'something broke':
        return { said, ...refusedWith(draw, wordsOf(draw, 'internal')) }
      case 'no answer':
        return {
          said,
          status: 'error',
          message: draw.one(['Not found', 'Order not found', wordsOf(draw, 'item')]),
        }
      case 'a state that nobody knows':
        return { said, status: draw.one(['maybe', '', '17']), result: 'Code: 1234' }
      case 'success without a result':
        return { said, status: 'success', id: reference }
      case 'success and failure':
        return { said, ...noSuccess(draw) }
    }
  }

  #truly(draw: Draw, purchase: Purchase): Answer & { told?: () => void } {
    const echo = echoOf(draw, purchase.input)
    if (purchase.told.size === 0 && purchase.asked <= purchase.endsAfter) {
      return {
        said: 'open',
        ...stateOf(draw, draw.one(['pending', 'Processing', 'En proceso', '处理中', 'В обработке']), {
          ...draw.one([{}, { result: 'Processing' }]),
        }),
        ...echo,
      }
    }
    const { end } = purchase
    const told = (): void => {
      this.#truth.tell(purchase, end)
    }
    if (end === 'rejected') {
      return {
        said: end,
        ...stateOf(draw, draw.one(['rejected', 'failed', 'Cancelado']), { message: wordsOf(draw, 'item') }),
        ...echo,
        told,
      }
    }
    const status = draw.one(['success', 'Completed', 'Concluído', 'Selesai', '已完成'])
    return { said: end, ...stateOf(draw, status, { result: resultOf(purchase, false) }), ...echo, told }
  }
}
