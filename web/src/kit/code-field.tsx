import { useLingui } from '@lingui/react/macro'
import type { ComponentProps } from 'react'
import { TextInput } from './inputs.tsx'

/** `CodeField` takes a code of an authenticator app. `isNew`: of one that is being set up, of which there are no recovery codes yet. */
export function CodeField({
  isNew = false,
  ...given
}: { isNew?: boolean } & Omit<ComponentProps<typeof TextInput>, 'label' | 'inputMode' | 'autoComplete'>) {
  const { t } = useLingui()
  return (
    <TextInput
      label={t`Code of your authenticator app`}
      autoComplete="one-time-code"
      {...(isNew ? { inputMode: 'numeric' } : { description: t`Or one of your recovery codes.` })}
      required
      {...given}
    />
  )
}
