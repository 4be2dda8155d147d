import type { Clock } from '../../../lib/time.ts'

const OFF_FOR_MS = 3_600_000

/** BulkSwitch says whether a panel's bulk action is used: one that the panel does not know is left alone for an hour. */
export class BulkSwitch {
  readonly #clock: Clock
  #offUntil = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isOn(): boolean {
    return this.#clock.now().getTime() >= this.#offUntil
  }

  turnOff(): void {
    this.#offUntil = this.#clock.now().getTime() + OFF_FOR_MS
  }
}
