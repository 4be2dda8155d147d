import type { Clock } from '../../../lib/time.ts'
import type { Supplier, SupplierOutcome, SupplierTask } from '../supplier.ts'
import { supplierKind } from '../supplier-kind.ts'

/**
 * Sandbox is a supplier for trying things out: deterministic, free, and clearly no real one. It keeps nothing: what became of an attempt
 * follows from its input and from when it was sent.
 *
 * Every input succeeds at once, except IMEIs of these test TACs (their first eight digits; 00 is a reporting body
 * identifier for test equipment, GSMA TS.06):
 *
 * | TAC      | what happens                                                          |
 * |----------|-----------------------------------------------------------------------|
 * | 00100101 | accepted, success 5 seconds after it was sent                         |
 * | 00100102 | refused                                                               |
 * | 00100103 | accepted and done, but the reply is lost: it comes to light when asked |
 * | 00100104 | never answers, neither when sent nor when asked                       |
 * | 00100105 | accepted, success a day after it was sent                             |
 */
export class Sandbox implements Supplier {
  readonly sendAtOnce = 1
  readonly askAtOnce = 1
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  send(tasks: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    const lost = tasks.find((task) => tac(task) === '00100103')
    if (lost) return Promise.reject(new Error('the sandbox lost its reply'))
    return this.ask(tasks, signal)
  }

  ask(tasks: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    return Promise.all(tasks.map((task) => this.#answer(task, signal)))
  }

  async #answer(task: SupplierTask, signal: AbortSignal): Promise<SupplierOutcome> {
    switch (tac(task)) {
      case '00100101':
        return this.#after(5_000, task)
      case '00100102':
        return { kind: 'refused', reason: 'The sandbox refuses this TAC' }
      case '00100104':
        return await never(signal)
      case '00100105':
        return this.#after(86_400_000, task)
      default:
        return done(task)
    }
  }

  #after(ms: number, task: SupplierTask): SupplierOutcome {
    const left = task.sentAt.getTime() + ms - this.#clock.now().getTime()
    if (left <= 0) return done(task)
    return { kind: 'accepted', reference: reference(task), askAgainAfterMs: left }
  }
}

export const sandbox = supplierKind({
  kind: 'sandbox',
  label: 'Sandbox',
  isPractice: true,
  showsReasons: true,
  fields: {},
  connect: (_config, { clock }) => new Sandbox(clock),
})

const tac = (task: SupplierTask): string => task.input.slice(0, 8)

const reference = (task: SupplierTask): string => `SANDBOX-${task.attemptKey}`

const done = (task: SupplierTask): SupplierOutcome => ({
  kind: 'success',
  result: `Sandbox result, not a real one: ${task.input || `quantity ${task.quantity}`} is clean`,
  reference: reference(task),
})

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
