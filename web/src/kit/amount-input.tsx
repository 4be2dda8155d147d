import { Trans } from '@lingui/react/macro'
import type { ReactNode, Ref } from 'react'
import { money } from './amount.tsx'
import styles from './amount-input.module.css'
import { TextInput } from './inputs.tsx'
import { type Coin, type Read, readings, readMoney } from './read-amount.ts'

type Reader = (text: string, coin: Coin) => Read

interface AmountInputProps {
  field: string
  label: string
  coin: Coin
  value: string
  onValue: (text: string) => void
  /** `read` says what was typed: money that moves unless given. */
  read?: Reader
  /** `description` stands below while nothing is typed. */
  description?: ReactNode
  /** `error` is what the server says of it. */
  error?: ReactNode
  placeholder?: string
  required?: boolean
  maw?: number
  w?: number
  'data-autofocus'?: boolean
  ref?: Ref<HTMLInputElement>
}

/** `AmountInput` takes an amount as people of its currency write it, and says below how it is understood. */
export function AmountInput({
  coin,
  value,
  onValue,
  read: reader = readMoney,
  description,
  error,
  ...props
}: AmountInputProps) {
  const read = reader(value, coin)
  return (
    <TextInput
      {...props}
      value={value}
      inputMode="decimal"
      autoComplete="off"
      maxLength={40}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      description={typeof read === 'string' ? `= ${money(read, coin.currency)}` : description}
      error={read === undefined ? <AmountSaid text={value} {...{ coin, reader }} /> : error}
      onChange={({ currentTarget }) => onValue(currentTarget.value)}
    />
  )
}

/** `AmountSaid` says how what was typed is understood, or which two amounts it may be. */
export function AmountSaid({ text, coin, reader }: { text: string; coin: Coin; reader: Reader }) {
  const { currency } = coin
  const read = reader(text, coin)
  if (read === null) return null
  if (read !== undefined) return <span>= {money(read, currency)}</span>
  const two = readings(text)
  if (!two) {
    return (
      <span className={styles.wrong}>
        <Trans>
          “{text}” is no amount in {currency}.
        </Trans>
      </span>
    )
  }
  const [small, large] = two.map((one) => money(one, currency))
  const [whole] = two
  return (
    <span className={styles.wrong}>
      <Trans>
        “{text}” may be {small} or {large}: write {`${whole}0`} or {two[1]}.
      </Trans>
    </span>
  )
}
