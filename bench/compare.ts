import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { median } from './figures.ts'
import { root } from './processes.ts'

/** Side is one of the checkouts that are measured side by side. */
export interface Side {
  name: 'this' | 'against'
  /** `checkout` is a folder. */
  checkout: string
}

/** `sidesOf` is this checkout, and beside it the one that `--against` names. */
export const sidesOf = (against: string | undefined): Side[] => [
  { name: 'this', checkout: root },
  ...(against === undefined ? [] : [{ name: 'against' as const, checkout: resolve(against) }]),
]

/** Figures are what the rounds measured, by name and side. */
export class Figures {
  readonly #values = new Map<string, Record<Side['name'], number[]>>()

  record(name: string, side: Side, value: number): void {
    const known = this.#values.get(name) ?? { this: [], against: [] }
    known[side.name].push(value)
    this.#values.set(name, known)
    process.stderr.write(`  ${side.name.padEnd(8)} ${name.padEnd(52)} ${count(value).padStart(9)}\n`)
  }

  /** `report` prints the median of each figure, and the median of the rounds' ratios to the other checkout. */
  report(about: Record<string, number>, json: boolean): void {
    const rows = [...this.#values].map(([name, { this: ours, against }]) => ({
      name,
      value: round(median(ours)),
      ...(against.length > 0 && {
        against: round(median(against)),
        ratio: Number(median(ours.map((value, index) => value / (against[index] ?? Number.NaN))).toFixed(3)),
      }),
    }))
    const machine = { ...about, cores: cpus().length, node: process.versions.node }
    if (json) {
      process.stdout.write(`${JSON.stringify({ rows, ...machine })}\n`)
      return
    }
    const cells = [
      ['', 'this', 'against', 'ratio'],
      ...rows.map(({ name, value, against, ratio }) => [
        name,
        count(value),
        against === undefined ? '' : count(against),
        ratio?.toFixed(2) ?? '',
      ]),
    ]
    const lines = cells.map(([name = '', ...numbers]) =>
      `${name.padEnd(52)}${numbers.map((number) => number.padStart(11)).join('')}`.trimEnd(),
    )
    const words = Object.entries(machine).map(([name, value]) => `${name} ${value}`)
    process.stdout.write(`\n${lines.join('\n')}\n\n${words.join(', ')}, fsync on\n`)
  }
}

const round = (value: number): number => Number(value.toPrecision(5))
const count = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 5 })
