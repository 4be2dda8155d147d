/** Transfer is a payment that came in and says of what deposit it is by nothing but its amount. */
export interface Transfer {
  /** `id` is its own name: a transfer counts once under it. */
  id: string
  /** `amount` is in micros. */
  amount: bigint
  /** `currency`, null: the provider's. */
  currency: string | null
  /** `at` is when it was made, on the wall of the provider's time zone: "2026-11-29 10:31:00", or as much of it as is known, such as the day. */
  at: string
  /** `words` are what else is said of it. */
  words: string
}

/** TransferReader reads what a hook is told of transfers. */
export interface TransferReader {
  /** `receive` throws invalid_signature, and invalid_input where what is signed does not have the form that was configured. */
  receive(body: Buffer, headers: Record<string, unknown>): Transfer[]
}

/** TellingApart says how deposits of a provider are told apart by their amounts. */
export interface TellingApart {
  /** `step`, in micros, and `most`: each open deposit is raised by 1 to `most` steps, so that no two are the same. */
  step: bigint
  most: number
  /** `keepDays` is how long an amount is given to no other deposit after its own has ended, and a late payment is still known by it. */
  keepDays: number
  timeZone: string
}
