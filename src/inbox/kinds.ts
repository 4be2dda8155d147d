import type { ReviewKind } from '../fulfilment/people/review.ts'
import type { StaffPermission } from '../staff/roles.ts'

/**
 * `inboxKinds` are the kinds of what waits for a person, in the order in which they are shown, each with the permission of who decides about it. The first
 * seven are kinds of reviews; `answer` is a review of an unrecognised answer, of all items that wait for its words; `manual` is what people do by hand of one
 * service for one supplier; `deposit` a payment that a person is to confirm; `list` a supplier's list that a person is to judge;
 * `application` somebody who asks for an account.
 */
export const inboxKinds = {
  unknown: 'reviews.resolve',
  changed: 'reviews.resolve',
  cancel: 'reviews.resolve',
  verify: 'reviews.resolve',
  expired: 'reviews.resolve',
  supplier: 'reviews.resolve',
  margin: 'reviews.resolve',
  answer: 'answers.teach',
  manual: 'manual.answer',
  deposit: 'money.deposits',
  list: 'suppliers.sync',
  application: 'people.edit',
} as const satisfies Record<string, StaffPermission>

export type InboxKind = keyof typeof inboxKinds

export const inboxKindNames = Object.keys(inboxKinds) as InboxKind[]

/** `kindsFor` gives the kinds that somebody with these permissions decides about. */
export const kindsFor = (permissions: ReadonlySet<StaffPermission>): InboxKind[] =>
  inboxKindNames.filter((kind) => permissions.has(inboxKinds[kind]))

const ofReviews: ReadonlySet<InboxKind> = new Set<InboxKind>([
  ...(['unknown', 'changed', 'cancel', 'verify', 'expired', 'supplier', 'margin', 'answer'] as const),
])

/** `reviewKindsOf` gives those of the kinds that are reviews, as reviews name them. */
export const reviewKindsOf = (kinds: readonly InboxKind[]): ReviewKind[] =>
  kinds
    .filter((kind) => ofReviews.has(kind))
    .map((kind) => (kind === 'answer' ? 'unrecognised answer' : (kind as ReviewKind)))

/** `kindOfReview` gives the kind of a review in the inbox. */
export const kindOfReview = (kind: ReviewKind): InboxKind =>
  kind === 'unrecognised answer' ? 'answer' : kind
