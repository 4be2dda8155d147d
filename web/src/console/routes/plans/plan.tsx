import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { isNone } from '../../../kit/faults.ts'
import { Page } from '../../../kit/page.tsx'
import { NoSuch } from '../../no-such.tsx'
import { PlanView, planQuery } from '../../plan-view.tsx'

const kinds: Record<string, MessageDescriptor> = {
  prices: msg`Prices`,
  'prices.csv': msg`Prices of a file`,
  'services.bulk': msg`Services`,
  'services.csv': msg`Services of a file`,
  'services.route': msg`A further route of services`,
  'prices.undo': msg`Prices set back`,
  'services.undo': msg`Services set back`,
  'accounts.undo': msg`Price groups of resellers set back`,
  'accounts.group': msg`Price groups of resellers`,
  'manual.paste': msg`Pasted results`,
  'reviews.bulk': msg`Decisions`,
  'supplier.import': msg`Import from a supplier`,
  'supplier.changes': msg`Changes of a supplier’s list`,
}

/** `Plan` is the page of one change of many things. */
export function Plan() {
  const { t, i18n } = useLingui()
  const { id } = useParams({ strict: false }) as { id: string }
  const { data, error } = useQuery(planQuery(id))
  const kind = data?.kind ?? ''
  if (!data && isNone(error))
    return (
      <NoSuch title={t`Plan ${id}`} to="/" list={t`To the start`}>
        <Trans>There is no plan {id} in this installation, or not any more.</Trans>
      </NoSuch>
    )
  return (
    <Page title={data ? t`${kinds[kind] ? i18n._(kinds[kind]) : kind} · plan ${id}` : t`Plan ${id}`}>
      {/* Rows left out of one plan are not left out of the one that undoes it. */}
      <PlanView key={id} id={id} />
    </Page>
  )
}
