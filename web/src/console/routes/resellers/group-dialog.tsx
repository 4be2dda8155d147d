import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Stack } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { type Counted, countText } from '../../count.tsx'
import { PriceGroupInput } from '../../price-group-input.tsx'

/** `GroupDialog` puts resellers into a price group: it makes a plan, which shows each of them before anything is changed. */
export function GroupDialog({
  chosen,
  count,
  onClose,
}: {
  /** `chosen` are they by their user names, or all that fit a filter. */
  chosen: { accounts: string[] } | { filter: Record<string, string> }
  count: Counted
  onClose: () => void
}) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const [group, setGroup] = useState<string | null>(null)
  const all = countText(count)
  const act = async ({ key }: { key: string }) => {
    const input = {
      ...chosen,
      group: group || null,
    }
    const { id } = await dataOf(
      api.POST('/api/operator/plans', {
        params: { header: { 'idempotency-key': key } } as never,
        body: { kind: 'accounts.group', input: input as never },
      }),
    )
    await navigate({ to: '/plans/$id', params: { id: String(id) } })
  }
  return (
    <ActDialog
      title={t`Price group of resellers`}
      button={t`Review the change`}
      isReady={group !== null}
      untouched={<Trans>No reseller was changed.</Trans>}
      act={act}
      onClose={onClose}
    >
      <Stack>
        <p>
          <Plural
            value={count.value}
            one="# reseller is charged by other prices from then on. You see the change before it is made."
            other={`${all} resellers are charged by other prices from then on. You see the change before it is made.`}
          />
        </p>
        <PriceGroupInput value={group} onChange={setGroup} />
      </Stack>
    </ActDialog>
  )
}
