import { type Answer, noSuccess, refusedWith } from './http-shapes.ts'
import type { Draw } from './random.ts'
import { aboutAnother, echoOf, resultOf } from './shapes.ts'
import type { Purchase, Truth } from './truth.ts'
import { oddWords, wordsOf } from './words.ts'

/** `InstantChecks` are answered at once, and have no numbers. */
export class InstantChecks {
  readonly #name: string
  readonly #truth: Truth
  readonly #buy: (draw: Draw, input: string) => Purchase

  constructor(name: string, truth: Truth, buy: (draw: Draw, input: string) => Purchase) {
    this.#name = name
    this.#truth = truth
    this.#buy = buy
  }

  /** `check` answers at once. Whoever asks again about the same input is answered from the first purchase. */
  check(draw: Draw, input: string, isRead: boolean): Answer & { told?: () => void } {
    const had = this.#truth.at(this.#name, input)
    const of = (): Purchase => {
      const bought = had ?? this.#buy(draw, input)
      bought.end = 'delivered'
      return bought
    }
    if (!isRead) {
      if (draw.chance(0.5)) of()
      return { status: 'success', result: had ? resultOf(had, false) : 'Code: 1234' }
    }
    const stranger = this.#truth.stranger(draw, input)
    const said = draw.weighted({
      delivered: 80,
      'refused for the item': had ? 0 : 8,
      'words that nobody knows': had ? 0 : 2,
      'something broke': 2,
      'another device': stranger ? 3 : 0,
      'success without a result': 1,
      'success and failure': 1,
      'a state that nobody knows': 1,
    })
    switch (said) {
      case 'delivered': {
        const bought = of()
        const told = (): void => {
          this.#truth.tell(bought, 'delivered')
        }
        return {
          said,
          status: draw.one(['success', 'OK', 'Completado']),
          result: resultOf(bought, false),
          ...echoOf(draw, input),
          told,
        }
      }
      case 'refused for the item':
        return { said, ...refusedWith(draw, wordsOf(draw, 'item')) }
      case 'words that nobody knows':
        return { said, ...refusedWith(draw, oddWords(draw, draw.one(['refusal', 'delay'] as const))) }
      case 'something broke':
        if (draw.chance(0.5)) of()
        return { said, ...refusedWith(draw, wordsOf(draw, 'internal')) }
      case 'another device':
        if (draw.chance(0.5)) of()
        return {
          said,
          status: 'success',
          result: resultOf(stranger as Purchase, false),
          ...aboutAnother(draw, (stranger as Purchase).input),
        }
      case 'success without a result':
        return { said, status: 'success' }
      case 'success and failure':
        return {
          said,
          ...draw.one([noSuccess(draw), { success: true, status: 'pending', result: 'Queued' }]),
        }
      case 'a state that nobody knows':
        return { said, status: 'maybe', result: 'Code: 1234' }
    }
  }
}
