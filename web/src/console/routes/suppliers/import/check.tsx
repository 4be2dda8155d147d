import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, dataOf } from '../../../../api/client.ts'
import { FaultNote, Loading } from '../../../../kit/notes.tsx'
import { PlanView } from '../../../plan-view.tsx'
import { planInput } from './choices.ts'
import type { StepProps } from './import.tsx'

/** `Check` makes the plan of what was chosen, and shows it row by row: it is applied as it is shown, or not at all. */
export function Check({
  supplier,
  list,
  choices,
  onBack,
  onDone,
}: Omit<StepProps, 'next' | 'onChoose'> & { onBack: () => void; onDone: () => void }) {
  const { t } = useLingui()
  const input = useMemo(() => planInput(supplier, list, choices), [supplier, list, choices])
  const plan = useQuery({
    queryKey: ['import-plan', input],
    queryFn: ({ signal }) =>
      dataOf(api.POST('/api/operator/plans', { body: { kind: 'supplier.import', input }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    meta: { isMade: true },
    retry: false,
  })
  return (
    <Stack>
      <p className="muted">
        <Trans>This is what would be made. Nothing is written before you press the button below.</Trans>
      </p>
      {plan.isPending && <Loading />}
      {plan.error && (
        <>
          <FaultNote
            fault={plan.error}
            untouched={t`Nothing was imported.`}
            onRetry={() => void plan.refetch()}
          />
          <Button variant="default" w="fit-content" onClick={onBack}>
            <Trans>Back to the prices</Trans>
          </Button>
        </>
      )}
      {plan.data && <PlanView key={plan.data.id} id={String(plan.data.id)} onDone={onDone} />}
    </Stack>
  )
}
