import { Trans } from '@lingui/react/macro'
import { Badge } from '../../../kit/state-badge.tsx'
import type { Supplier } from './supplier-data.ts'

/** `State` tells whether items go to a supplier. */
export function State({ supplier: { enabled, health } }: { supplier: Supplier }) {
  if (!enabled)
    return (
      <Badge tone="off">
        <Trans>Off</Trans>
      </Badge>
    )
  if (health.open)
    return (
      <Badge tone="needs">
        <Trans>Paused</Trans>
      </Badge>
    )
  return (
    <Badge tone="done">
      <Trans>In use</Trans>
    </Badge>
  )
}
