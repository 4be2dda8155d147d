import type { Caller } from './caller.ts'

/**
 * `reviewDetail` gives what a review says of its thing. What a route costs is for who has `costs.read`: others, who may decide about it all the same, read
 * that it is below the margin floor.
 */
export const reviewDetail = (
  { kind, detail }: { kind: string; detail: string },
  { permissions }: Caller,
): string => (kind === 'margin' && !permissions.has('costs.read') ? 'below the margin floor' : detail)
