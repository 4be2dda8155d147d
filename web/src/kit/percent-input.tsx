import type { ComponentProps } from 'react'
import { TextInput } from './inputs.tsx'

/** `PercentInput` takes a number of percent, and says so beside the number. */
export const PercentInput = (props: ComponentProps<typeof TextInput>) => (
  <TextInput
    inputMode="decimal"
    autoComplete="off"
    rightSection={<span aria-hidden="true">%</span>}
    rightSectionPointerEvents="none"
    {...props}
  />
)

/** `readPercent` writes what people type as the API reads it: `−5,5` is -5.5. Nothing was typed: undefined. */
export const readPercent = (text: string): string | undefined =>
  text.trim().replace(/%$/, '').trim().replace('−', '-').replace(',', '.') || undefined
