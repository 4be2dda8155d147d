/** ListedService is a service of a supplier's list, as far as it is named. */
export interface ListedService {
  /** `remoteId` is what a route calls it. */
  remoteId: string
  /** `type` is '' where the supplier has no types. */
  type: string
  name: string
}

/** MAX_NEAR is how many services are named. */
const MAX_NEAR = 5

/**
 * `nearServices` gives those of a list that somebody may have meant who wrote `wanted`, the nearest first: one of the same number in another
 * type, one whose id differs in case and marks only, one of this name, one whose id differs by a slip or goes on behind it.
 */
export function nearServices<Service extends ListedService>(wanted: string, list: Service[]): Service[] {
  return list
    .flatMap((service) => {
      const rank = rankOf(wanted, service)
      return rank === undefined ? [] : [{ rank, service }]
    })
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, MAX_NEAR)
    .map(({ service }) => service)
}

/** `rankOf` is smaller the nearer a service is; undefined: nobody meant it. */
function rankOf(wanted: string, { remoteId, name }: ListedService): number | undefined {
  const words = wanted.trim().toLowerCase()
  const [want, id] = [plain(words), plain(remoteId.toLowerCase())]
  if (want === '') return undefined
  if (want === id) return 0
  const numbers = numbersOf(remoteId)
  if (numbersOf(wanted).some((number) => numbers.includes(number))) return 1
  if (name.toLowerCase() === words) return 2
  if (isSlip(want, id)) return 3
  if (id.startsWith(want) || want.startsWith(id)) return 4
  if (words.length >= MIN_PART && name.toLowerCase().includes(words)) return 5
  return undefined
}

/** MIN_PART is how long a part of a name must be to mean the name. */
const MIN_PART = 3

/** `plain` leaves out of an id what is written in many ways: marks, blanks, zeros before it. */
const plain = (id: string): string => id.replace(/[^\p{L}\p{N}]+/gu, '').replace(/^0+(?=.)/, '')

/** `numbersOf` are the numbers that stand alone in an id: 654 of `654:SERVER` and of `SERVER 654`. */
const numbersOf = (id: string): string[] =>
  id
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => /^\d+$/.test(part))
    .map(plain)

/** `isSlip` says that one character is another one, is missing, or has changed places with its neighbour. */
function isSlip(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1 || Math.max(one.length, other.length) < 3) return false
  let start = 0
  while (start < one.length && one[start] === other[start]) start++
  const rest = (text: string, skipped: number): string => text.slice(start + skipped)
  const swapped = `${one[start + 1]}${one[start]}` === other.slice(start, start + 2)
  return (
    rest(one, 1) === rest(other, 1) ||
    rest(one, 1) === rest(other, 0) ||
    rest(one, 0) === rest(other, 1) ||
    (swapped && rest(one, 2) === rest(other, 2))
  )
}
