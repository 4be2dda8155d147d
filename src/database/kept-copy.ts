import type { ChangeListener, Topic } from './change-notifier.ts'

/** REREAD_EVERY_MS is how often a copy is read again while no change notifications come. */
const REREAD_EVERY_MS = 1000

/** KeptCopy is a copy in memory of what the tables of a topic hold. However many ask, it is read once after a change. */
export class KeptCopy<Copy> {
  readonly #notifier: ChangeListener
  readonly #read: () => Promise<Copy>
  #copy: Copy
  /** `#changes` counts the changes that came, and `#seen` those of them that the last reading has seen. */
  #changes = 0
  #seen = -1
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  /** `empty` is the copy before the first reading. */
  constructor(topic: Topic, notifier: ChangeListener, empty: Copy, read: () => Promise<Copy>) {
    this.#notifier = notifier
    this.#copy = empty
    this.#read = read
    notifier.onInvalidate(topic, () => {
      this.#changes++
    })
  }

  /** `current` gives the copy with every change that was notified before this call. */
  async current(): Promise<Copy> {
    const changes = this.#changes
    if (!this.#notifier.isConnected() && performance.now() - this.#readAt >= REREAD_EVERY_MS) {
      await this.#refresh()
    }
    // A reading that was under way may have begun before the last change.
    while (this.#seen < changes) await this.#refresh()
    return this.#copy
  }

  /** `latest` gives the copy with every change that was committed before this call, whether it was notified or not. */
  async latest(): Promise<Copy> {
    this.#changes++
    return await this.current()
  }

  /** `stop` waits for a reading that is under way. From then on the copy is `last`. */
  async stop(last: Copy): Promise<void> {
    await this.#reading?.catch(() => {})
    this.#copy = last
  }

  #refresh(): Promise<void> {
    this.#reading ??= this.#load().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #load(): Promise<void> {
    const changes = this.#changes
    const from = performance.now()
    this.#copy = await this.#read()
    this.#seen = changes
    this.#readAt = from
  }
}
