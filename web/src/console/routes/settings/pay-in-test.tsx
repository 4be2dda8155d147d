import { useLingui } from '@lingui/react/macro'
import { type UseMutationResult, useMutation } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { millis } from '../../../kit/duration.ts'
import { Finding } from '../../../kit/finding.tsx'
import type { KindField } from '../../../kit/kind-fields.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import styles from './settings.module.css'

const testWay = (code: string) =>
  dataOf(api.POST('/api/operator/deposit-providers/{code}/test', { params: { path: { code } } }))
type WayTest = Awaited<ReturnType<typeof testWay>>

/** `useWayTest` asks the payment service behind a way to pay in what begins no payment. */
export const useWayTest = (): UseMutationResult<WayTest, Error, string> =>
  useMutation({ mutationFn: testWay })

/** `TestedWay` says what came of a test; where something is wrong, what to do about it. `name` is the way's, `fields` are those of its kind. */
export function TestedWay({
  test,
  name,
  fields,
}: {
  test: UseMutationResult<WayTest, Error, string>
  name: string
  fields: readonly KindField[]
}) {
  const { t } = useLingui()
  const { data, error, isPending } = test
  return (
    <div role="status" className={styles.tested}>
      {isPending && <p className="muted">{t`Asking the payment service of ${name}…`}</p>}
      {data && <Found data={data} fields={fields} />}
      <FaultNote fault={error} untouched={t`No payment was begun.`} />
    </div>
  )
}

function Found({ data, fields }: { data: WayTest; fields: readonly KindField[] }) {
  const { t, i18n } = useLingui()
  const { finding, detail, milliseconds, ok: isGood } = data
  const labels = data.unproved.map((field) => fields.find((one) => one.name === field)?.label ?? field)
  const unproved = new Intl.ListFormat(i18n.locale, { type: 'conjunction' }).format(labels)
  const words: Record<WayTest['finding'], string> = {
    works: t`It works: the payment service knows the key.`,
    nobody_asked: t`There is no payment service to ask.`,
    key_refused: t`The payment service refuses the key.`,
    refused: t`The payment service refuses what was asked.`,
    no_answer: t`No usable answer came.`,
    not_theirs: t`What answers at this address is no such payment service.`,
    unusable: t`What is kept of it cannot be used.`,
  }
  const advice: Record<WayTest['finding'], string> = {
    works: '',
    nobody_asked: t`Its settings and secrets can be used; transfers, or people, say that the money is there.`,
    key_refused: t`Copy the key from your account there once more, with the rights that the documentation names. A key for trying fits the address for trying only.`,
    refused: t`Look at the address and at your account there.`,
    no_answer: t`Look at the address, and test again in a minute.`,
    not_theirs: t`Compare the address with the documentation of the payment service.`,
    unusable: t`Write its settings and secrets anew.`,
  }
  return (
    <Finding isGood={isGood}>
      <p>
        <strong>{words[finding]}</strong> {advice[finding]}{' '}
        {isGood && milliseconds !== null && t`Answered in ${{ time: millis(milliseconds) }}.`}
      </p>
      {detail !== null && (
        <p className="code" lang="en">
          {detail}
        </p>
      )}
      {data.is_practice && (
        <p>{t`The key is one for trying: payments by it are not real, and would be credited all the same.`}</p>
      )}
      {isGood && unproved !== '' && <p>{t`Proved by the first payment alone: ${unproved}.`}</p>}
      {!isGood && <p className="muted">{t`No payment was begun, and nothing was changed.`}</p>}
    </Finding>
  )
}
