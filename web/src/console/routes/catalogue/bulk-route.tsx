import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { SegmentedControl, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Select } from '../../../kit/choices.tsx'
import { type Counted, countText } from '../../count.tsx'
import { suppliersQuery } from '../../suppliers-query.ts'
import { type Chosen, inputOf } from './bulk-change.tsx'

/** `BulkRoute` gives many services a further route to one supplier: it makes a plan, which shows what each finds there, and at what cost. */
export function BulkRoute({
  chosen,
  count,
  onClose,
}: {
  chosen: Chosen
  count: Counted
  onClose: () => void
}) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const suppliers = useQuery(suppliersQuery)
  const [supplier, setSupplier] = useState<string | null>(null)
  const [by, setBy] = useState('name')
  const all = countText(count)
  return (
    <ActDialog
      title={t`A further route`}
      button={t`Review the routes`}
      isReady={supplier !== null}
      untouched={<Trans>No route was added.</Trans>}
      act={async ({ key }) => {
        const { id } = await dataOf(
          api.POST('/api/operator/plans', {
            params: { header: { 'idempotency-key': key } } as never,
            body: {
              kind: 'services.route',
              input: { ...inputOf(chosen), supplier: supplier ?? '', match_by: by } as never,
            },
          }),
        )
        await navigate({ to: '/plans/$id', params: { id: String(id) } })
      }}
      onClose={onClose}
    >
      <Stack>
        <p className="muted">
          <Plural
            value={count.value}
            one="# service is looked for in the supplier's list, as it was last taken over. The route is tried after those that it has."
            other={`${all} services are looked for in the supplier's list, as it was last taken over. The route is tried after those that each has.`}
          />
        </p>
        <Select
          field="supplier"
          label={t`Supplier`}
          data={suppliers.data?.items.map(({ id, name }) => ({ value: String(id), label: name })) ?? []}
          value={supplier}
          onChange={setSupplier}
          required
          data-autofocus
        />
        <SegmentedControl
          aria-label={t`How a service finds its like there`}
          value={by}
          onChange={setBy}
          data={[
            { value: 'name', label: t`By equal names` },
            { value: 'code', label: t`Our code is the id there` },
          ]}
        />
      </Stack>
    </ActDialog>
  )
}
