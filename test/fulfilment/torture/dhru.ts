import type { IncomingMessage } from 'node:http'
import { orThrow } from '../../../src/lib/fault.ts'
import { readRequest } from '../../../src/protocols/dhru/form.ts'
import { readParameters } from '../../../src/protocols/dhru/parameters.ts'
import { readForm } from '../../../src/protocols/dhru/read-form.ts'
import { DhruOrders, type DhruTraits, type Said } from './dhru-orders.ts'
import { type Answer, dressed, manyOf, type RowSaid, refusedWith } from './dhru-shapes.ts'
import { mishap, turnedAway } from './mishaps.ts'
import { Draw } from './random.ts'
import type { Reply } from './server.ts'
import type { Truth } from './truth.ts'
import { trouble, wordsOf } from './words.ts'

const ACCOUNT = {
  SUCCESS: [
    { message: 'Your Account Info', AccoutInfo: { credit: '1000', mail: 'a@example.com', currency: 'USD' } },
  ],
}

/** `TortureDhru` is a Dhru panel that goes wrong at random in every way that panels do. */
export class TortureDhru {
  readonly #traits: DhruTraits
  readonly #truth: Truth
  readonly #orders: DhruOrders
  readonly #seed: number
  readonly #times = new Map<string, number>()

  constructor(traits: DhruTraits, truth: Truth, seed: number) {
    this.#traits = traits
    this.#truth = truth
    this.#seed = seed
    this.#orders = new DhruOrders(traits, truth)
  }

  readonly handle = async (request: IncomingMessage, body: Buffer): Promise<Reply> => {
    const form = await readForm(request.headers['content-type'], body)
    const { action, idempotencyKey: key } = readRequest(form)
    const parameters = orThrow(readParameters(form))
    const isPlacing = action.startsWith('place')
    let reply: Reply
    if (action === 'accountinfo') reply = { what: 'account', body: JSON.stringify(ACCOUNT) }
    else if (parameters.kind === 'many') {
      const rows = parameters.rows.map(({ key: row, fields = new Map() }) => ({
        row,
        fields: fields ?? new Map(),
      }))
      reply = isPlacing
        ? this.#placeMany(
            rows.map(({ row, fields }) => ({
              row,
              input: fields.get('IMEI') ?? '',
              key: key && `${key}#${row}`,
            })),
          )
        : this.#statusMany(rows.map(({ row, fields }) => ({ row, reference: fields.get('ID') ?? '' })))
    } else {
      const fields = parameters.kind === 'one' ? parameters.fields : new Map<string, string>()
      reply = isPlacing
        ? this.#one('place', fields.get('IMEI') ?? '', (draw, isRead) =>
            this.#orders.place(draw, fields.get('IMEI') ?? '', key, isRead ? 'any' : 'taken or not'),
          )
        : this.#one('status', form.get('orderid') ?? '', (draw) =>
            this.#orders.status(draw, form.get('orderid') ?? ''),
          )
    }
    const asked =
      parameters.kind === 'many'
        ? parameters.rows.map(({ fields: one }) => one)
        : [parameters.kind === 'one' ? parameters.fields : undefined]
    for (const one of asked) {
      const about = one?.get('IMEI') ?? this.#truth.under(this.#traits.name, one?.get('ID') ?? '')[0]?.input
      if (about !== undefined) this.#truth.note(about, `${this.#traits.name}: ${reply.what}`)
    }
    // A front, which answers by itself, says nothing of what is behind it.
    const isFront = (reply.status ?? 200) >= 400 && !/ERROR|SUCCESS/.test(reply.body)
    const own = this.#traits.honours === 'keys' && !isFront ? { 'x-imeigate': '1' } : {}
    return { ...reply, headers: { ...reply.headers, ...own } }
  }

  #draw(what: string, about: string): Draw {
    const time = (this.#times.get(`${what} ${about}`) ?? 0) + 1
    this.#times.set(`${what} ${about}`, time)
    return new Draw(this.#seed, this.#traits.name, what, about, time)
  }

  /** `#one` answers a request about one order. `isRead`, false: nobody will be able to tell from the answer what was done. */
  #one(what: 'place' | 'status', about: string, say: (draw: Draw, isRead: boolean) => Said): Reply {
    const draw = this.#draw(what, about)
    const way = draw.weighted({ whole: 84, away: 1.5, mishap: what === 'place' ? 10 : 5, held: 1.5, slow: 1 })
    if (way === 'away') return turnedAway(draw, this.#traits.fronts)
    const { what: said, answer = {}, told } = say(draw, way !== 'mishap')
    if (way === 'mishap') return this.#mishap(draw, what, answer)
    return { ...dressed(draw, answer), what: `${what}, ${said}`, manner: way, ...(told && { told }) }
  }

  #placeMany(rows: { row: string; input: string; key: string | undefined }[]): Reply {
    const draw = this.#draw('places', rows.map(({ input }) => input).join())
    const way = draw.weighted({ whole: 80, away: 2, mishap: 8, refused: 2, trouble: 1, held: 2, slow: 2 })
    if (way === 'away') return turnedAway(draw, this.#traits.fronts)
    if (way === 'trouble')
      return { what: 'places, trouble', body: JSON.stringify(refusedWith(trouble(draw))) }
    const isRead = way !== 'mishap' && way !== 'refused'
    const said = rows.map(({ row, input, key }): RowSaid => {
      const own = this.#orders.place(this.#draw('place', input), input, key, isRead ? 'row' : 'taken or not')
      return { ...own, key: row, name: { IMEI: input } }
    })
    if (way === 'refused') {
      const words = wordsOf(draw, draw.one(['item', 'internal'] as const))
      return { what: 'places, refused as a whole', body: JSON.stringify(refusedWith(words)) }
    }
    return way === 'mishap'
      ? this.#mishap(draw, 'places', manyOf(draw, said))
      : this.#rows(draw, 'places', said, way)
  }

  #statusMany(rows: { row: string; reference: string }[]): Reply {
    const draw = this.#draw('statuses', rows.map(({ reference }) => reference).join())
    const way = draw.weighted({ whole: 84, away: 1, mishap: 5, held: 1.5, slow: 1 })
    if (way === 'away') return turnedAway(draw, this.#traits.fronts)
    const said = rows.map(({ row, reference }): RowSaid => {
      const own = this.#orders.status(this.#draw('status', reference), reference)
      return { ...own, key: row, name: { REFERENCEID: reference } }
    })
    return way === 'mishap'
      ? this.#mishap(draw, 'statuses', manyOf(draw, said))
      : this.#rows(draw, 'statuses', said, way)
  }

  #rows(draw: Draw, what: string, rows: RowSaid[], manner: 'whole' | 'held' | 'slow'): Reply {
    for (const row of rows) this.#truth.count(`${this.#traits.name}: row of ${what}, ${row.what}`)
    const told = (): void => {
      for (const row of rows) row.told?.()
    }
    return { ...dressed(draw, manyOf(draw, rows)), what, manner, told }
  }

  #mishap(draw: Draw, what: string, answer: Answer): Reply {
    const words = what === 'place' || what === 'places' ? wordsOf(draw, 'item') : 'Order not found'
    const { fronts } = this.#traits
    const reply = mishap(draw, JSON.stringify(answer), JSON.stringify(refusedWith(words)), fronts)
    return { ...reply, what: `${what}, ${reply.what}` }
  }
}
