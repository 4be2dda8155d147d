import type { ItemUpdate } from '../../../src/fulfilment/outcome/outcomes.sql.ts'

/** `claimOf` is what claims a supplier's number. */
export const claimOf = (supplierId: number): ItemUpdate =>
  ({ claim: { supplierId, reference: 'ABC-1', shared: null } }) as unknown as ItemUpdate
