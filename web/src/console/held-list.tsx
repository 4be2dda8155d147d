import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, dataOf } from '../api/client.ts'
import { FaultNote, Loading } from '../kit/notes.tsx'
import { useMay } from '../kit/session.tsx'
import { PlanView } from './plan-view.tsx'

/**
 * `HeldList` shows what a supplier's list holds for a person, as a plan that is made for it: approved whole or by row. `since` names what waits: what
 * began to wait later is another plan.
 */
export function HeldList({
  supplier,
  since,
  onDone,
}: {
  supplier: number
  since: string
  onDone?: () => void
}) {
  const { t } = useLingui()
  const may = useMay()
  const client = useQueryClient()
  const mayLook = may('suppliers.sync') && may('costs.read')
  const queryKey = ['held', supplier, since]
  const plan = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      dataOf(
        api.POST('/api/operator/plans', {
          body: { kind: 'supplier.changes', input: { supplier: String(supplier) } },
          signal,
        }),
      ),
    enabled: mayLook,
    staleTime: Number.POSITIVE_INFINITY,
    meta: { isMade: true },
    retry: false,
  })
  const done = async () => {
    await client.invalidateQueries({ queryKey: ['suppliers'] })
    await client.invalidateQueries({ queryKey: ['inbox'] })
    onDone?.()
  }
  if (!mayLook)
    return (
      <p className="muted">
        <Trans>Your role may not judge the list of a supplier.</Trans>
      </p>
    )
  return (
    <>
      <p className="muted">
        <Trans>
          What is ticked is taken over. What is left out stays as it is known, and waits on. A cost that waits
          counts for the margin floor at once, so that nothing is sold at a loss meanwhile.
        </Trans>
      </p>
      <FaultNote fault={plan.error} untouched={t`Nothing was changed.`} onRetry={() => void plan.refetch()} />
      {plan.isPending && <Loading rows={3} />}
      {plan.data && (
        <>
          <PlanView key={plan.data.id} id={String(plan.data.id)} onDone={() => void done()} />
          <Button
            size="compact-sm"
            variant="subtle"
            mt="sm"
            onClick={() => void client.resetQueries({ queryKey })}
          >
            <Trans>Check it again</Trans>
          </Button>
        </>
      )}
    </>
  )
}
