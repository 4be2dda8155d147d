import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { useLingui } from '@lingui/react'
import { answerOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { Badge, type Tone } from '../../../kit/state-badge.tsx'

export const readDeposit = (id: string, signal: AbortSignal) =>
  answerOf(portal.GET('/api/deposit/{id}', { params: { path: { id: Number(id) } }, signal }))
export type Deposit = Awaited<ReturnType<typeof readDeposit>>

const states: Record<Deposit['status'], { tone: Tone; words: MessageDescriptor }> = {
  pending: { tone: 'waiting', words: msg`To be paid` },
  review: { tone: 'working', words: msg`Being looked at` },
  succeeded: { tone: 'done', words: msg`Credited` },
  cancelled: { tone: 'off', words: msg`Cancelled` },
  expired: { tone: 'off', words: msg`Expired` },
  failed: { tone: 'failed', words: msg`Not credited` },
}

/** `DepositState` is how a deposit stands, in the words of who pays in. */
export function DepositState({ state }: { state: Deposit['status'] }) {
  const { _ } = useLingui()
  const { tone, words } = states[state]
  return <Badge tone={tone}>{_(words)}</Badge>
}

export const isOpen = ({ status }: Pick<Deposit, 'status'>): boolean =>
  status === 'pending' || status === 'review'
