import { endsWithin } from '../lib/time.ts'

/** KEPT_MS is how long an answer counts: however often somebody asks, each part is looked at once a second. */
const KEPT_MS = 1000
/** LATE_MS is how long a part may take to answer. */
const LATE_MS = 5000

/** Part is something without which the process cannot do its work. `prove` throws what keeps it from working. */
export interface Part {
  name: string
  prove(): Promise<void>
}

/** PartState is how a part is; `since` is when it was first found so. */
export interface PartState {
  part: string
  ready: boolean
  since: string
  why?: string
}

/** Readiness tells whether the process can do its work: each of its parts has just done what it is there for. */
export class Readiness {
  readonly #parts: readonly Watched[]
  #isStopping = false
  #looked: Promise<PartState[]> | undefined
  #lookedAt = 0

  constructor(parts: readonly Part[]) {
    this.#parts = parts.map((part) => new Watched(part))
  }

  /** `stop` says that the process takes no more work. */
  stop(): void {
    this.#isStopping = true
  }

  async now(): Promise<{ isReady: boolean; parts: PartState[]; stopping: boolean }> {
    const now = performance.now()
    if (!this.#looked || now - this.#lookedAt > KEPT_MS) {
      this.#lookedAt = now
      this.#looked = Promise.all(this.#parts.map((part) => part.look()))
    }
    const parts = await this.#looked
    const isReady = !this.#isStopping && parts.every(({ ready }) => ready)
    return { isReady, parts, stopping: this.#isStopping }
  }
}

/** Watched is a part, and how it was found last. */
class Watched {
  readonly #part: Part
  /** `#proving` is under way, and may hang. */
  #proving: Promise<void> | undefined
  #state: PartState | undefined

  constructor(part: Part) {
    this.#part = part
  }

  async look(): Promise<PartState> {
    this.#proving ??= this.#part.prove().finally(() => {
      this.#proving = undefined
    })
    let why: string | undefined
    try {
      if (!(await endsWithin(LATE_MS, this.#proving))) why = `no answer within ${LATE_MS / 1000} seconds`
    } catch (error) {
      why = error instanceof Error ? error.message : String(error)
    }
    return this.#found(why)
  }

  #found(why: string | undefined): PartState {
    const before = this.#state
    const ready = why === undefined
    const since = before?.ready === ready ? before.since : new Date().toISOString()
    this.#state = { part: this.#part.name, ready, since, ...(why !== undefined && { why }) }
    return this.#state
  }
}
