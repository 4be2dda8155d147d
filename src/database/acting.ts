/** Acting is who changes something, and how they came in, where they came by the operator API. */
export interface Acting {
  /** `actor` is the name in the trail. */
  actor: string
  /** `role` is that of a person of the staff, who has a sign-in. */
  role?: string | undefined
  signInId?: number | undefined
  address?: string | undefined
  /** `traceId` is the id of the request, which its answer has. */
  traceId?: string | undefined
  /** `mayReveal`: it may look at secret results (`results.reveal_secret`), and so say that results are secret no more. */
  mayReveal?: boolean | undefined
}

/** `cameBy` writes how somebody came in, as `imeigate.by` of a transaction: see acting_by of the schema. */
export function cameBy({ role, signInId, address, traceId, mayReveal }: Acting): string {
  const by = {
    role,
    sign_in_id: signInId,
    address,
    trace_id: traceId,
    ...(mayReveal && { may_reveal: true }),
  }
  return Object.values(by).every((one) => one === undefined) ? '' : JSON.stringify(by)
}
