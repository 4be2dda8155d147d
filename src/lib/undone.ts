/** Marks is a set of errors which prove something. */
class Marks {
  readonly #errors = new WeakSet<object>()

  /** `put` marks an error, and gives it. */
  put<E>(error: E): E {
    if (typeof error === 'object' && error !== null) this.#errors.add(error)
    return error
  }

  has(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#errors.has(error)
  }
}

/** `undone` are errors that came out of a transaction of which nothing was done. */
export const undone = new Marks()

/** `nothingDone` are errors of a request of which nothing was done: its only transaction is undone, or it had not begun yet. */
export const nothingDone = new Marks()
