import { useLingui } from '@lingui/react/macro'
import { Badge } from './state-badge.tsx'

/** `HookState` says whether a webhook is told of orders. */
export function HookState({ status }: { status: string }) {
  const { t } = useLingui()
  if (status === 'active') return <Badge tone="done">{t`Active`}</Badge>
  return <Badge tone="needs">{status === 'gone' ? t`Said that it is gone` : t`Paused`}</Badge>
}
