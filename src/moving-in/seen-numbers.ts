/** NUMBERS_A_PAGE are those that one page remembers, a bit each. */
const NUMBERS_A_PAGE = 4096

/** SeenNumbers remembers numbers that lie near to each other, as those of orders do: a million take about 125 kB. */
export class SeenNumbers {
  readonly #pages = new Map<number, Uint8Array>()

  /** `add` tells whether the number was not there yet. */
  add(number: number): boolean {
    const at = Math.floor(number / NUMBERS_A_PAGE)
    let page = this.#pages.get(at)
    if (!page) {
      page = new Uint8Array(NUMBERS_A_PAGE / 8)
      this.#pages.set(at, page)
    }
    const bit = number % NUMBERS_A_PAGE
    const [index, mask] = [bit >> 3, 1 << (bit & 7)]
    const byte = page[index] ?? 0
    page[index] = byte | mask
    return (byte & mask) === 0
  }
}
