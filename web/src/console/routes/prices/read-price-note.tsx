import { Trans } from '@lingui/react/macro'
import { money } from '../../../kit/amount.tsx'
import styles from './prices.module.css'
import { type Coin, readings, readPrice } from './read-price.ts'

/** `ReadPrice` says below what was typed how it is understood, or which two prices it may be. */
export function ReadPrice({ text, coin }: { text: string; coin: Coin }) {
  const read = readPrice(text, coin)
  if (read === null) return null
  if (read !== undefined) {
    return <span>= {money(read, coin.currency)}</span>
  }
  const two = readings(text)
  if (!two) {
    return (
      <span className={styles.below}>
        <Trans>
          “{text}” is no price in {coin.currency}.
        </Trans>
      </span>
    )
  }
  const [small, large] = two.map((one) => money(one, coin.currency))
  const [whole] = two
  return (
    <span className={styles.below}>
      <Trans>
        “{text}” may be {small} or {large}: write {`${whole}0`} or {two[1]}.
      </Trans>
    </span>
  )
}
