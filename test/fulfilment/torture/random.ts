import { createHash } from 'node:crypto'
import { randomNumbers } from '../../support/random.ts'

/** `Draw` makes the random choices about one request. */
export class Draw {
  readonly next: () => number

  /** The same seed and the same `about` make the same choices, in whatever order requests come. */
  constructor(seed: number, ...about: (string | number)[]) {
    const digest = createHash('sha256')
      .update(JSON.stringify([seed, ...about]))
      .digest()
    this.next = randomNumbers(digest.readInt32LE())
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  one<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T
  }

  /** `weighted` gives one of the names, each as often as its weight says. */
  weighted<T extends string>(weights: Partial<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][]
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) {
      left -= weight
      if (left < 0) return name
    }
    return (entries.at(-1) as [T, number])[0]
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((value) => [this.next(), value] as const)
      .sort(([a], [b]) => a - b)
      .map(([, value]) => value)
  }
}
