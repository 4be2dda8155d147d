import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '../kit/state-badge.tsx'

/** `kinds` says what each kind of the inbox is called, and how it looks. */
export const kinds: Readonly<Record<string, { tone: Tone; words: MessageDescriptor }>> = {
  unknown: { tone: 'unknown', words: msg`Outcome unknown` },
  changed: { tone: 'needs', words: msg`Supplier says otherwise` },
  cancel: { tone: 'off', words: msg`Cancellation wanted` },
  verify: { tone: 'needs', words: msg`Result doubted` },
  expired: { tone: 'needs', words: msg`Open for too long` },
  supplier: { tone: 'failed', words: msg`No supplier takes it` },
  margin: { tone: 'failed', words: msg`Costs too much` },
  answer: { tone: 'unknown', words: msg`Unrecognised answer` },
  manual: { tone: 'working', words: msg`Work by hand` },
  deposit: { tone: 'waiting', words: msg`Deposit` },
  list: { tone: 'needs', words: msg`List held` },
  application: { tone: 'waiting', words: msg`Asks for an account` },
}

/** `decisions` says what each decision about a review is called, and what else a review may have come to. */
const decisions: Readonly<Record<string, MessageDescriptor>> = {
  found: msg`The supplier has it`,
  result: msg`It is done: enter the result`,
  wait: msg`Let it take longer`,
  decline: msg`Decline the request`,
  dismiss: msg`Leave it as it is`,
  give_back: msg`Give the money back`,
  send_again: msg`Send it again`,
  send_anyway: msg`Send it anyway`,
  grant: msg`Cancel it, and give the money back`,
  settled: msg`It settled itself`,
  resent: msg`Sent by another route`,
  confirmed: msg`The supplier has confirmed it`,
  changed: msg`The supplier has said otherwise`,
  refunded: msg`The price was given back`,
  delivered: msg`Delivered after all`,
  corrected: msg`The result was corrected`,
}

/** `kindWords` and `decisionWords` give what somebody reads of a kind of the inbox, or of a review, and of a decision. */
export const kindWords = (kind: string): MessageDescriptor =>
  kinds[kind === 'unrecognised answer' ? 'answer' : kind]?.words ?? { id: kind }
export const decisionWords = (decision: string): MessageDescriptor => decisions[decision] ?? { id: decision }

/** `meanings` says what unrecognised words may be taught to mean, in the order in which they are offered. */
export const meanings: readonly { meaning: Meaning; words: MessageDescriptor }[] = [
  { meaning: 'refused', words: msg`This item is refused` },
  { meaning: 'credit', words: msg`Our credit there is used up` },
  { meaning: 'login', words: msg`It refuses our login` },
  { meaning: 'busy', words: msg`It is busy, and asks us to try later` },
  { meaning: 'duplicate', words: msg`It has such an order already` },
  { meaning: 'working', words: msg`It has taken it, and works on it` },
  { meaning: 'done', words: msg`It is done, and this is the result` },
]

export type Meaning = 'refused' | 'credit' | 'login' | 'busy' | 'duplicate' | 'working' | 'done'
