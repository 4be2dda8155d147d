import { useLingui } from '@lingui/react'
import { failureText, reasonText } from './faults.ts'

/** SayingCode is what the server says, for programs: one of its reasons, with its values. */
export interface SayingCode {
  code: string
  params: Record<string, unknown>
}

/** `sayingText` gives it in the reader's language; undefined: there are no words for it. */
export const sayingText = (said: SayingCode | null | undefined): string | undefined =>
  said ? reasonText(said) : undefined

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
