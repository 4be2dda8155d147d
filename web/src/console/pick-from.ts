import { msg } from '@lingui/core/macro'
import { useQueryClient } from '@tanstack/react-query'
import { api, dataOf } from '../api/client.ts'
import type { Offer, Source } from '../kit/pick.tsx'
import { useMay } from '../kit/session.tsx'
import { priceGroupsQuery } from './price-groups.ts'
import { suppliersQuery } from './suppliers-query.ts'

const search = (q: string, of: 'accounts' | 'services', signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/search', { params: { query: { q, of } }, signal }))

/** `fitting` are those of a short list that have a text in them; those that it is the whole of come first. */
export const fitting = (offers: readonly Omit<Offer, 'isWhole'>[], text: string): Offer[] => {
  const words = text.toLowerCase()
  return offers
    .filter(({ value, name }) => `${value} ${name}`.toLowerCase().includes(words))
    .map((one) => ({ ...one, isWhole: [one.value, one.name].some((said) => said.toLowerCase() === words) }))
    .toSorted((one, other) => Number(other.isWhole) - Number(one.isWhole))
}

const fittingNames = (items: readonly { name: string }[], text: string): Offer[] =>
  fitting(
    items.map(({ name }) => ({ value: name, name })),
    text,
  )

/** MAX_KEYS is how many keys are offered. */
const MAX_KEYS = 8

/** `usePickFrom` gives where what lists are narrowed to is picked from: what is found by `/`, as far as the person may read it. */
export function usePickFrom(): {
  resellers: Source
  services: Source
  suppliers: Source
  keys: Source
  priceGroups: Source
  serviceGroups: Source
} {
  const may = useMay()
  const client = useQueryClient()
  return {
    resellers: {
      key: ['resellers'],
      none: msg`No reseller has this in its name, user name or e-mail address.`,
      isOff: !may('resellers.read'),
      read: async (text, signal) =>
        (await search(text, 'accounts', signal)).accounts.map(({ username, name, whole }) => ({
          ...{ value: username, name, isWhole: whole },
        })),
    },
    services: {
      key: ['services'],
      none: msg`No service has this in its name or code.`,
      isOff: !may('catalogue.read'),
      read: async (text, signal) =>
        (await search(text, 'services', signal)).services.map(({ code, name, whole }) => ({
          ...{ value: code, name, isWhole: whole },
        })),
    },
    keys: {
      key: ['keys'],
      none: msg`No API key has this in its name, its own user name or that of its reseller.`,
      isOff: !may('resellers.read'),
      read: async (text, signal) => {
        const query = { search: text, limit: MAX_KEYS }
        const { page } = await dataOf(api.GET('/api/operator/keys', { params: { query }, signal }))
        const typed = text.toLowerCase()
        return page.items.map(({ security_id: value, name, username }) => ({
          ...{ value, name: name === '' ? username : `${username}, ${name}` },
          isWhole: typed === value || typed === name.toLowerCase(),
        }))
      },
    },
    priceGroups: {
      key: ['price-groups'],
      none: msg`No price group has this in its name.`,
      isFew: true,
      isOff: !may('resellers.read'),
      read: async (text) => fittingNames((await client.ensureQueryData(priceGroupsQuery)).items, text),
    },
    serviceGroups: {
      key: ['service-groups'],
      none: msg`No group of services has this in its name.`,
      isFew: true,
      isOff: !may('catalogue.read'),
      read: async (text, signal) =>
        fittingNames((await dataOf(api.GET('/api/operator/service-groups', { signal }))).items, text),
    },
    suppliers: {
      key: ['suppliers'],
      none: msg`No supplier has this in its name.`,
      isFew: true,
      isOff: !may('suppliers.read'),
      read: async (text) => {
        const { items } = await client.ensureQueryData(suppliersQuery)
        const offers = items.map(({ id, name }) => ({
          // Names stand with commas between where there may be several.
          ...{ value: name.includes(',') ? String(id) : name, name },
        }))
        return fitting(offers, text)
      },
    },
  }
}
