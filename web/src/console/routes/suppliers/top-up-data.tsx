import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { useLingui } from '@lingui/react'
import { api, dataOf } from '../../../api/client.ts'
import { Badge, type Tone } from '../../../kit/state-badge.tsx'

/** `readTopUps` reads what was paid in to our account at a supplier, or is to be, the newest first. */
export const readTopUps = async (supplier: string, cursor: string | undefined, signal: AbortSignal) =>
  (
    await dataOf(
      api.GET('/api/operator/suppliers/{supplier}/top-ups', {
        params: { path: { supplier }, query: { limit: 50, ...(cursor && { cursor }) } },
        signal,
      }),
    )
  ).page
export type TopUp = Awaited<ReturnType<typeof readTopUps>>['items'][number]

/** `readWays` asks a supplier for its ways to pay in. */
export const readWays = (supplier: string, signal: AbortSignal) =>
  dataOf(
    api.GET('/api/operator/suppliers/{supplier}/top-up-ways', { params: { path: { supplier } }, signal }),
  )

const states: Record<TopUp['state'], { tone: Tone; words: MessageDescriptor }> = {
  unknown: { tone: 'unknown', words: msg`Not known` },
  pending: { tone: 'waiting', words: msg`To be paid` },
  review: { tone: 'working', words: msg`Being looked at` },
  credited: { tone: 'done', words: msg`Credited` },
  cancelled: { tone: 'off', words: msg`Cancelled` },
  expired: { tone: 'off', words: msg`Expired` },
  failed: { tone: 'failed', words: msg`Not credited` },
  not_begun: { tone: 'failed', words: msg`Not started` },
  given_up: { tone: 'off', words: msg`Given up` },
  noted: { tone: 'done', words: msg`Written down` },
}

/** `TopUpState` is how a top-up stands. */
export function TopUpState({ state }: Pick<TopUp, 'state'>) {
  const { _ } = useLingui()
  const { tone, words } = states[state]
  return <Badge tone={tone}>{_(words)}</Badge>
}

export const isOpen = ({ ended_at }: Pick<TopUp, 'ended_at'>): boolean => ended_at === null
