import { type OrderState, statusWord } from '../../../client/index.ts'
import { map } from '../../kit/fields.ts'

/** StatusWords are an operator's own words for the states of orders. */
export type StatusWords = Readonly<Record<string, string>>

/** `statusWordsSetting` are the operator's own, which count before the shipped ones. */
export const statusWordsSetting = map({
  label: 'Words for states',
  default: {},
  values: ['open', 'done', 'rejected'],
  help: 'what the supplier\'s own words for the state of an order mean: {"Entregue": "done"}; one of open, done, rejected. They count before the words of ten languages that are shipped',
})

/** `ownState` gives what the operator's words say of a status; undefined: nothing. */
export function ownState(status: string, words: StatusWords): OrderState | undefined {
  const said = statusWord(status)
  const found = Object.entries(words).find(([word]) => statusWord(word) === said)?.[1]
  return found === 'open' || found === 'done' || found === 'rejected' ? found : undefined
}
