import { useLingui } from '@lingui/react/macro'
import { type ComponentProps, useId } from 'react'
import { TextInput } from './inputs.tsx'

/** `CurrencyInput` is a currency by its code: the browser offers all of them with their names in the reader's language, found by either. */
export function CurrencyInput(props: Omit<ComponentProps<typeof TextInput>, 'list'>) {
  const { i18n } = useLingui()
  const id = useId()
  const names = new Intl.DisplayNames(i18n.locale, { type: 'currency' })
  return (
    <>
      <TextInput
        maxLength={3}
        autoComplete="off"
        spellCheck={false}
        // The words around it may be as long as they are.
        styles={{ wrapper: { maxInlineSize: 160 } }}
        {...props}
        list={id}
      />
      <datalist id={id}>
        {Intl.supportedValuesOf('currency').map((code) => (
          <option key={code} value={code}>
            {`${code} – ${names.of(code)}`}
          </option>
        ))}
      </datalist>
    </>
  )
}
