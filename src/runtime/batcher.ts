interface Waiting<In, Out> {
  value: In
  resolve(out: Out | Promise<Out>): void
  reject(error: unknown): void
}

/**
 * Batcher commits in groups: what arrives while a batch is being worked on waits and goes together in the next one.
 *
 * It runs one batch at a time, because two would queue on the row of one busy wallet, and the time that a batch takes is what lets the
 * next one fill. The work gives one result for each value, in order; an Error among them rejects its caller alone, and a promise
 * answers its caller later.
 */
export class Batcher<In, Out> {
  readonly #work: (values: In[]) => Promise<(Out | Error | Promise<Out>)[]>
  readonly #size: number
  #waiting: Waiting<In, Out>[] = []
  #running: Promise<void> | undefined

  constructor(work: (values: In[]) => Promise<(Out | Error | Promise<Out>)[]>, { size }: { size: number }) {
    this.#work = work
    this.#size = size
  }

  add(value: In): Promise<Out> {
    const { promise, resolve, reject } = Promise.withResolvers<Out>()
    this.#waiting.push({ value, resolve, reject })
    this.#running ??= this.#run()
    return promise
  }

  /** `drained` resolves once everything added so far has been answered. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #run(): Promise<void> {
    // Every request that is already in the socket buffers joins the first batch.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) await this.#runBatch()
    this.#running = undefined
  }

  async #runBatch(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#size)
    try {
      const results = await this.#work(batch.map(({ value }) => value))
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index] as Out | Error | Promise<Out>
        if (result instanceof Error) reject(result)
        else resolve(result)
      })
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
