import { useLingui } from '@lingui/react'
import { money } from './amount.tsx'
import { failureText, reasonText } from './faults.ts'

/** SayingCode is what the server says, for programs: one of its reasons, with its values. */
export interface SayingCode {
  code: string
  params: Record<string, unknown>
}

/** `sayingText` gives it in the reader's language; undefined: there are no words for it. */
export const sayingText = (said: SayingCode | null | undefined): string | undefined =>
  said ? reasonText({ ...said, params: shown(said.params) }) : undefined

/** `shown` writes costs and prices as the reader does. */
function shown({ currency, ...values }: SayingCode['params']): SayingCode['params'] {
  if (typeof currency !== 'string') return values
  const amounts = Object.entries(values).filter(([name]) => name === 'cost' || name === 'price')
  const written = amounts.map(([name, value]) => [name, money(String(value), currency)] as const)
  return { ...values, currency, ...Object.fromEntries(written) }
}

/** `Saying` shows what the server says: in the reader's language where it has a code, or is about a call to the outside, else as it is. */
export function Saying({
  text,
  said,
  isQuoted = false,
}: {
  text: string
  said?: SayingCode | null | undefined
  /** `isQuoted`: words of somebody else stand in quotes. */
  isQuoted?: boolean
}) {
  // The words may come behind the page.
  useLingui()
  const words = sayingText(said) ?? failureText(text)
  return words === undefined ? <span>{isQuoted ? `“${text}”` : text}</span> : <span>{words}</span>
}
