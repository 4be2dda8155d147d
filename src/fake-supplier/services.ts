import { type Micros, micros } from '../lib/money.ts'

/** FakeService is something that the fake supplier sells. */
export interface FakeService {
  id: string
  code: string
  name: string
  group: string
  kind: 'imei' | 'serial' | 'server'
  /** `price` is that before the panel's price factor. */
  price: Micros
  deliveryTime: string
  maxQuantity: number
  /** `fields` are all required; their names are in upper case. */
  fields: FakeField[]
}

export interface FakeField {
  name: string
  label: string
  /** `options` are those of a dropdown; none: free text. */
  options: string[]
}

const FIRST_ID = 101
const MAX_GROUPS = 120
const SMALLEST_GROUP = 5

const network: FakeField = { name: 'NETWORK', label: 'Network', options: [] }
const pin: FakeField = { name: 'PIN', label: 'PIN', options: [] }
const colour: FakeField = { name: 'COLOUR', label: 'Colour', options: ['Black', 'White'] }
const email: FakeField = { name: 'EMAIL', label: 'E-mail', options: [] }

/**
 * `makeServices` gives the same services for the same count, with ids from 101 on and prices from 0.80 on. In each group the third
 * needs a network, the fourth a PIN and a colour, and the fifth takes serial numbers; every fourth group is of server services.
 */
export function makeServices(count: number): FakeService[] {
  const inGroup = Math.max(SMALLEST_GROUP, Math.ceil(count / MAX_GROUPS))
  return Array.from({ length: count }, (_, index) => {
    const group = Math.floor(index / inGroup) + 1
    const place = index % inGroup
    const server = group % 4 === 0
    const kind = server ? 'server' : place === 4 ? 'serial' : 'imei'
    const id = String(FIRST_ID + index)
    return {
      id,
      code: `fake-${id}`,
      name: `Fake ${server ? 'Credits' : kind === 'serial' ? 'Serial Check' : 'Check'} ${id}`,
      group: `Fake ${server ? 'server services' : 'checks'} ${group}`,
      kind,
      price: micros(800_000n + ((BigInt(index) * 370_000n) % 5_000_000n) + (place === 1 ? 2_500n : 0n)),
      deliveryTime: place === 0 ? 'Instant' : '1-5 Minutes',
      maxQuantity: server ? 100 : 1,
      fields: fieldsAt(place, server),
    }
  })
}

function fieldsAt(place: number, server: boolean): FakeField[] {
  if (server) return place === 2 ? [email] : []
  if (place === 2) return [network]
  return place === 3 ? [pin, colour] : []
}
