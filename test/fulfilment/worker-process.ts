import { appendFileSync, readFileSync } from 'node:fs'
import { pino } from 'pino'
import { openPool, STEADY_PLANS } from '../../src/database/database.ts'
import { Fulfilment } from '../../src/fulfilment/fulfilment.ts'
import type { Supplier, SupplierOutcome, SupplierTask } from '../../src/integrations/suppliers/supplier.ts'
import { randomNumbers } from '../support/random.ts'
import { directoryOf, SANDBOX } from './fixed-directory.ts'

/**
 * Workers in a process that a test may kill at any time: `node worker-process.ts <settings as JSON>`. Their
 * supplier notes each call in a file before it answers, and knows from that file what it was once sent.
 * It goes by the check digit: 0-3 done at once, 4-5 refused, 6-7 accepted and done when asked, 8-9 reply lost.
 */
interface Settings {
  address: Parameters<typeof openPool>[0]
  /** `notes` is a file with lines of `send|ask <attempt key>`. */
  notes: string
  /** `aheadMs` is how far this process's clock is ahead: the leases of the dead are then over. */
  aheadMs: number
  /** `seed` is what its random choices are made from. */
  seed: number
  /** `answered` is how many of its sends are answered. The death of the process meets the others, however late it comes. */
  answered?: number
}
const { address, notes, aheadMs, seed, answered = Infinity } = JSON.parse(process.argv[2] ?? '') as Settings
const random = randomNumbers(seed)

const success: SupplierOutcome = { kind: 'success', result: 'done', reference: null }
const refused: SupplierOutcome = { kind: 'refused', reason: 'no' }

class NotingSupplier implements Supplier {
  readonly sendAtOnce = 1
  readonly askAtOnce = 1
  #sends = 0

  send(works: SupplierTask[]): Promise<SupplierOutcome[]> {
    return Promise.all(works.map((work) => this.#send(work)))
  }

  async ask(works: SupplierTask[]): Promise<SupplierOutcome[]> {
    return works.map((work) => this.#ask(work))
  }

  async #send(work: SupplierTask): Promise<SupplierOutcome> {
    appendFileSync(notes, `send ${work.attemptKey}\n`)
    if (++this.#sends > answered) await new Promise(() => {})
    await new Promise((resolve) => setTimeout(resolve, random() * 150))
    const digit = Number(work.input.at(-1))
    if (digit <= 3) return success
    if (digit <= 5) return refused
    if (digit <= 7) return { kind: 'accepted', reference: work.attemptKey, askAgainAfterMs: 100 }
    throw new Error('the reply was lost')
  }

  #ask(work: SupplierTask): SupplierOutcome {
    appendFileSync(notes, `ask ${work.attemptKey}\n`)
    const sent = readFileSync(notes, 'utf8').includes(`send ${work.attemptKey}\n`)
    const digit = Number(work.input.at(-1))
    return sent && digit !== 4 && digit !== 5 ? success : refused
  }
}

const fulfilment = new Fulfilment({
  sql: openPool(address, { max: 4, session: STEADY_PLANS }),
  directory: directoryOf(new Map([[SANDBOX, new NotingSupplier()]])),
  clock: { now: () => new Date(Date.now() + aheadMs) },
  log: pino({ level: 'silent' }),
})
fulfilment.start()
process.send?.('started')
process.on('disconnect', () => process.exit(0))
