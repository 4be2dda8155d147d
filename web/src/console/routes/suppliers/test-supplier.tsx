import { Trans, useLingui } from '@lingui/react/macro'
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { millis } from '../../../kit/duration.ts'
import { Finding } from '../../../kit/finding.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { Saying } from '../../../kit/saying.tsx'
import type { Supplier } from './supplier-data.ts'

const testSupplier = (id: number) =>
  dataOf(api.POST('/api/operator/suppliers/{supplier}/test', { params: { path: { supplier: String(id) } } }))
type SupplierTest = Awaited<ReturnType<typeof testSupplier>>

/** `useTest` asks a supplier for our account there, which buys nothing. */
export function useTest(): UseMutationResult<SupplierTest, Error, number> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: testSupplier,
    onSuccess: () => client.invalidateQueries({ queryKey: ['suppliers'] }),
  })
}

/** `Tested` says what came of a test; where it failed, what to do about it. */
export function Tested({
  test,
  supplier,
}: {
  test: UseMutationResult<SupplierTest, Error, number>
  supplier: Supplier | undefined
}) {
  const { t } = useLingui()
  const { data, error, isPending } = test
  return (
    <div role="status">
      {isPending && <p className="muted">{t`Asking ${supplier?.name ?? ''} for our account…`}</p>}
      {data?.ok && (
        <Finding isGood>
          <p>
            <strong>
              {data.account?.balance != null && data.account.currency != null
                ? t`It works: ${money(data.account.balance, data.account.currency)} there.`
                : t`It works.`}
            </strong>{' '}
            {data.milliseconds !== null && (
              <span className="muted">{t`Answered in ${{ time: millis(data.milliseconds) }}.`}</span>
            )}
          </p>
          {data.note && (
            <p>
              <Saying text={data.note} />
            </p>
          )}
        </Finding>
      )}
      {data && !data.ok && (
        <Finding isGood={false}>
          <p>
            <strong>{t`It does not work yet.`}</strong> {data.problem && <Saying text={data.problem} />}
          </p>
          <Advice cause={data.cause} />
          <p className="muted">
            <Trans>Nothing was bought, and no order goes there yet.</Trans>
          </p>
        </Finding>
      )}
      <FaultNote fault={error} untouched={t`Nothing was bought.`} />
    </div>
  )
}

/** `Advice` says what to do about a test that failed: what fits its cause, or all that it may be where that is not known. */
function Advice({ cause }: { cause: SupplierTest['cause'] }) {
  const advice = {
    login: (
      <Trans>
        It refuses our login: copy user name and key from our account there once more. A key is often bound to
        one name.
      </Trans>
    ),
    address: (
      <Trans>
        Our address is not allowed there: enter the address of this server in our account at the supplier, or
        have its calls go through a proxy that it knows.
      </Trans>
    ),
    unreachable: (
      <Trans>
        Nothing is found there, or there is no TLS: open the address in a browser. It is the panel’s own,
        without what follows behind it.
      </Trans>
    ),
  }
  // What the server says of a destination, and a supplier in words that are known, needs no advice.
  if (cause === 'destination' || cause === 'said') return null
  if (cause !== null) return <p>{advice[cause]}</p>
  return (
    <ul>
      {Object.entries(advice).map(([name, words]) => (
        <li key={name}>{words}</li>
      ))}
    </ul>
  )
}
