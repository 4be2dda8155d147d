import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { money } from './amount.tsx'
import { Copy } from './copy.tsx'
import { percentOf } from './numbers.ts'
import styles from './pay-in.module.css'
import { QrCode } from './qr-code.tsx'

/** PayWay is one way to pay in. Amounts are of what is credited; null: there is no such bound. */
export interface PayWay {
  code: string
  name: string
  fee_percent: string
  fee_flat: string
  least: string | null
  most: string | null
}

/** `PayWays` is where one of the ways to pay in is chosen. */
export function PayWays({
  ways,
  currency,
  chosen,
  onChoose,
}: {
  ways: readonly PayWay[]
  currency: string
  chosen: string
  onChoose: (code: string) => void
}) {
  const { t } = useLingui()
  return (
    <fieldset className={styles.choice}>
      <legend>{t`How you pay`}</legend>
      <div className={styles.ways}>
        {ways.map((way) => (
          <label key={way.code} className={styles.way}>
            <input
              type="radio"
              name="way"
              value={way.code}
              checked={way.code === chosen}
              onChange={() => onChoose(way.code)}
            />
            <span>
              <strong>{way.name}</strong>
              <span className="muted">
                <Fees way={way} currency={currency} />
              </span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** `Fees` says what a way costs, and how much it takes. */
function Fees({ way, currency }: { way: PayWay; currency: string }) {
  const { fee_flat: flat, fee_percent: percent, least, most } = way
  const hasFlat = /[1-9]/.test(flat)
  const hasPercent = /[1-9]/.test(percent)
  const share = percentOf(percent)
  return (
    <>
      {hasPercent && hasFlat ? (
        <Trans>
          {share} and {money(flat, currency)} on top
        </Trans>
      ) : hasPercent ? (
        <Trans>{share} on top</Trans>
      ) : hasFlat ? (
        <Trans>{money(flat, currency)} on top</Trans>
      ) : (
        <Trans>Without a fee</Trans>
      )}
      {least !== null && ' · '}
      {least !== null &&
        (most === null ? (
          <Trans>from {money(least, currency)}</Trans>
        ) : (
          <Trans>
            {money(least, currency)} to {money(most, currency)}
          </Trans>
        ))}
    </>
  )
}

/** Payable is how a deposit is paid. */
export interface Payable {
  account_number: string | null
  account_holder_name: string | null
  bank: string | null
  instructions: string | null
  payment_url: string | null
  /** `qr_string` is what a QR code holds that names payee and amount. */
  qr_string: string | null
}

/** `PayTo` is the gateway's page, or where to pay to, as text and as a QR code. `saysLabel` is who gives the instructions. */
export function PayTo({
  total,
  fee,
  currency,
  how,
  saysLabel,
}: {
  total: string
  /** `fee` is in the total; left out: there is none, or nobody says. */
  fee?: string
  currency: string
  how: Payable
  saysLabel: string
}) {
  const { t } = useLingui()
  const { account_number: number, payment_url: url, qr_string: qr } = how
  return (
    <>
      <dl className={styles.payTo}>
        <div>
          <dt>{t`Pay exactly`}</dt>
          <dd>
            <span className={styles.total}>{money(total, currency)}</span>
            <Copy value={total} size="compact-sm">
              <Trans>Copy the amount</Trans>
            </Copy>
          </dd>
          {fee !== undefined && /[1-9]/.test(fee) && (
            <dd className="muted">
              <Trans>The fee of {money(fee, currency)} is in it.</Trans>
            </dd>
          )}
        </div>
        {number !== null && (
          <div>
            <dt>{t`To the account`}</dt>
            <dd>
              <span className="code">{number}</span>
              <Copy value={number} size="compact-sm">
                <Trans>Copy the account number</Trans>
              </Copy>
            </dd>
          </div>
        )}
        {how.account_holder_name !== null && (
          <div>
            <dt>{t`Account holder`}</dt>
            <dd>{how.account_holder_name}</dd>
          </div>
        )}
        {how.bank !== null && (
          <div>
            <dt>{t`Bank`}</dt>
            <dd>{how.bank}</dd>
          </div>
        )}
        {how.instructions !== null && (
          <div>
            <dt>{saysLabel}</dt>
            <dd className={styles.text}>{how.instructions}</dd>
          </div>
        )}
      </dl>
      {qr !== null && (
        <div className={styles.qr}>
          <QrCode text={qr} label={t`QR code that names payee and amount`} size={220} />
          <p className="muted">
            <Trans>It names payee and amount: scan it with your bank's app.</Trans>
          </p>
        </div>
      )}
      {url !== null && (
        <Button component="a" href={url} rel="noopener noreferrer" target="_blank">
          <Trans>To the page where you pay {money(total, currency)}</Trans>
        </Button>
      )}
    </>
  )
}
