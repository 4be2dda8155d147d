/**
 * WRITTEN_PRICES are prices as people type and spreadsheets copy them, and what they are in a currency; undefined: it is no price, or may be two, and
 * is refused. The API and the page are held against it.
 */
export const WRITTEN_PRICES: Readonly<Record<string, readonly (readonly [string, string | undefined])[]>> = {
  IDR: [
    ['1.500', '1500'],
    ['1,500', '1500'],
    ['Rp 15.000', '15000'],
    ['Rp1.250.000', '1250000'],
    ['1.500,50', '1500.50'],
    ['1500', '1500'],
    ['1.5', '1.5'],
    ['$ 5', undefined],
  ],
  USD: [
    ['1.500', '1.500'],
    ['1,500', undefined],
    ['$1,500', '1500'],
    ['3,15', '3.15'],
    ['1,234.50', '1234.50'],
    ['1 500', '1500'],
    ['Rp 5', undefined],
    ['1.2.3', undefined],
  ],
  EUR: [
    ['1.500', '1.500'],
    ['€1.500', undefined],
    ['1,500', undefined],
    ['1.234,50', '1234.50'],
    ['12,5 €', '12.5'],
    ["1'500", '1500'],
    ['1.500.000', '1500000'],
    ['5k', undefined],
  ],
  KWD: [
    ['1.500', '1.500'],
    ['1,500', undefined],
    ['KWD 2.250', '2.250'],
    ['1,5', '1.5'],
    ['15,000', undefined],
    ['0.125', '0.125'],
    ['12.000.000', '12000000'],
    ['call', undefined],
  ],
}
