import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { useLingui } from '@lingui/react'
import { Badge, type Tone } from '../kit/state-badge.tsx'

const states = {
  pending: { tone: 'waiting', words: msg`To be paid` },
  review: { tone: 'needs', words: msg`Needs you` },
  succeeded: { tone: 'done', words: msg`Credited` },
  cancelled: { tone: 'off', words: msg`Cancelled` },
  expired: { tone: 'off', words: msg`Expired` },
  failed: { tone: 'failed', words: msg`Not credited` },
} as const satisfies Record<string, { tone: Tone; words: MessageDescriptor }>

/** `DepositState` is how a deposit stands, in the words of the staff. */
export function DepositState({ state }: { state: keyof typeof states }) {
  const { _ } = useLingui()
  const { tone, words } = states[state]
  return <Badge tone={tone}>{_(words)}</Badge>
}

/** `depositStateWords` are what the states are called, for filters. */
export const depositStateWords: Readonly<Record<string, MessageDescriptor>> = Object.fromEntries(
  Object.entries(states).map(([state, { words }]) => [state, words]),
)
