import { Trans, useLingui } from '@lingui/react/macro'
import { money } from '../kit/amount.tsx'
import { deviceText } from '../kit/device.ts'
import { When } from '../kit/when.tsx'
import { useValueNames } from './value-names.ts'

/** SHOWN is how many values of a change are shown at once. */
const SHOWN = 4

/** Values are columns of a thing by their names; null: it was not there, or is no more. */
type Values = Readonly<Record<string, unknown>> | null

/** Change is how a thing was and is; `amounts` names the values that are amounts, in `currency` where it is known. */
interface Change {
  before: Values
  after: Values
  currency: string | null
  amounts: readonly string[]
}

/** `Difference` shows what of a thing was changed, how it was before and how it is after. */
export function Difference({ change: { before, after, currency, amounts } }: { change: Change }) {
  const { t } = useLingui()
  const named = useValueNames()
  const isChange = before !== null && after !== null
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter((name) =>
    isChange ? said(before[name]) !== said(after[name]) : said((after ?? before)?.[name]) !== NOTHING,
  )
  const value = (name: string, of: unknown) =>
    amounts.includes(name) && currency !== null && typeof of === 'string' ? (
      money(of, currency)
    ) : name === 'device' && typeof of === 'string' ? (
      <span title={of}>{deviceText(of)}</span>
    ) : (
      <Value of={of} />
    )
  const line = (name: string) => (
    <div key={name}>
      <span className="muted" title={name}>
        {named(name)}
      </span>{' '}
      {isChange ? (
        <>
          {value(name, before[name])} <span aria-hidden="true">→</span>
          <span className="visually-hidden">{t`then`}</span> {value(name, after[name])}
        </>
      ) : (
        value(name, (after ?? before)?.[name])
      )}
    </div>
  )
  return (
    <>
      {names.slice(0, SHOWN).map(line)}
      {names.length > SHOWN && (
        <details>
          <summary className="muted">
            <Trans>{names.length - SHOWN} more</Trans>
          </summary>
          {names.slice(SHOWN).map(line)}
        </details>
      )}
    </>
  )
}

const NOTHING = '–'

const said = (value: unknown): string =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
    ? NOTHING
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/

function Value({ of }: { of: unknown }) {
  const { t } = useLingui()
  if (typeof of === 'boolean') return of ? t`Yes` : t`No`
  // The trail itself knows no secret.
  if (of === 'a secret') return t`a secret`
  if (of === 'another secret') return t`another secret`
  return typeof of === 'string' && TIME.test(of) ? <When at={of} exact /> : said(of)
}
