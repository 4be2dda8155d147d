import { useState } from 'react'
import { api, dataOf } from '../../../../api/client.ts'
import { readPercent } from '../../../../kit/percent-input.tsx'
import { coinOf, readPrice } from '../../../../kit/read-amount.ts'

/** `readList` has a supplier's list read and kept; `keptList` gives the one that was read last. */
export const readList = (supplier: string) =>
  dataOf(api.POST('/api/operator/suppliers/{supplier}/list', { params: { path: { supplier } } }))

export const keptListQuery = (supplier: string) => ({
  queryKey: ['suppliers', supplier, 'list'],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    dataOf(api.GET('/api/operator/suppliers/{supplier}/list', { params: { path: { supplier } }, signal })),
})

export type KeptList = NonNullable<Awaited<ReturnType<typeof readList>>['list']>
export type Listed = KeptList['services'][number]

/** Choice is what becomes of a service of theirs; what is not chosen is left out. */
export type Choice = { as: 'new' } | { as: 'route'; service: string; name: string }

export interface PriceForm {
  currency: string
  /** `group` is '' for everyone. */
  group: string
  percent: string
  fixed: string
  round: string
  minPrice: string
}

/** Choices are everything that a person has chosen in the wizard. */
export interface Choices {
  chosen: Readonly<Record<string, Choice>>
  prices: readonly PriceForm[]
  /** `groups` are ours by theirs. */
  groups: Readonly<Record<string, string>>
  dropPrefix: string
  marginFloor: string
  follows: boolean
}

const NONE: Choices = { chosen: {}, prices: [], groups: {}, dropPrefix: '', marginFloor: '', follows: true }

/** `useChoices` keeps what was chosen in this browser's tab, so that a reload loses nothing. */
export function useChoices(supplier: string): [Choices, (changed: Partial<Choices>) => void, () => void] {
  const name = `import:${supplier}`
  const [choices, setChoices] = useState<Choices>(() => {
    try {
      return { ...NONE, ...JSON.parse(sessionStorage.getItem(name) ?? '{}') }
    } catch {
      return NONE
    }
  })
  return [
    choices,
    (changed) =>
      setChoices((before) => {
        const next = { ...before, ...changed }
        sessionStorage.setItem(name, JSON.stringify(next))
        return next
      }),
    () => {
      sessionStorage.removeItem(name)
      setChoices(NONE)
    },
  ]
}

/** `stillThere` gives the choices of services that the list has, and that are not ours yet. */
export const stillThere = (
  { chosen }: Choices,
  list: KeptList,
): { id: string; choice: Choice; listed: Listed }[] =>
  list.services.flatMap((listed) => {
    const choice = chosen[listed.remote_service]
    return choice && listed.verdict === 'new' ? [{ id: listed.remote_service, choice, listed }] : []
  })

/** `planInput` is what the plan is made of. */
export function planInput(supplier: string, list: KeptList, choices: Choices) {
  const there = stillThere(choices, list)
  const optional = (name: string, text: string) => (text.trim() === '' ? {} : { [name]: text.trim() })
  // What cannot be read is sent as it was typed, and refused.
  const amount = (name: string, text: string, currency: string) =>
    optional(name, readPrice(text, coinOf(currency.trim())) ?? text)
  const news = there.filter(({ choice }) => choice.as === 'new')
  const used = new Set(news.map(({ listed }) => listed.group))
  return {
    supplier,
    list: list.id,
    services: news.map(({ id }) => id),
    routes: there.flatMap(({ id, choice }) =>
      choice.as === 'route' ? [{ remote_service: id, service: choice.service }] : [],
    ),
    prices:
      news.length === 0
        ? []
        : choices.prices.map(({ currency, group, percent, ...amounts }) => ({
            currency: currency.trim().toUpperCase(),
            ...optional('price_group', group),
            ...optional('percent', readPercent(percent) ?? ''),
            ...amount('fixed', amounts.fixed, currency),
            ...amount('round', amounts.round, currency),
            ...amount('min_price', amounts.minPrice, currency),
          })),
    follow: choices.follows,
    groups: Object.entries(choices.groups)
      .filter(([theirs, ours]) => used.has(theirs) && ours.trim() !== '')
      .map(([theirs, ours]) => ({ theirs, ours: ours.trim() })),
    ...optional('drop_prefix', choices.dropPrefix),
    ...optional('margin_floor', readPercent(choices.marginFloor) ?? ''),
  }
}
