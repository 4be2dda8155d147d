import { Trans, useLingui } from '@lingui/react/macro'
import { When } from '../kit/when.tsx'

/** SHOWN is how many values of a change are shown at once. */
const SHOWN = 4

/** Values are columns of a thing by their names; null: it was not there, or is no more. */
type Values = Readonly<Record<string, unknown>> | null

/** `Difference` shows what of a thing was changed, how it was before and how it is after. */
export function Difference({ before, after }: { before: Values; after: Values }) {
  const { t } = useLingui()
  const isChange = before !== null && after !== null
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter((name) =>
    isChange ? said(before[name]) !== said(after[name]) : said((after ?? before)?.[name]) !== NOTHING,
  )
  const line = (name: string) => (
    <div key={name}>
      <span className="muted">{name}</span>{' '}
      {isChange ? (
        <>
          <Value of={before[name]} /> <span aria-hidden="true">→</span>
          <span className="visually-hidden">{t`then`}</span> <Value of={after[name]} />
        </>
      ) : (
        <Value of={(after ?? before)?.[name]} />
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
  return typeof of === 'string' && TIME.test(of) ? <When at={of} exact /> : said(of)
}
