import { useLingui } from '@lingui/react/macro'
import { TextInput } from '@mantine/core'

/** MAX_LENGTH is what the server takes. */
const MAX_LENGTH = 255

/** `Reference` takes the buyer's own words for an order. What was checked stays checked: they are no part of it. */
export function Reference({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useLingui()
  return (
    <TextInput
      name="reference"
      label={t`Your reference`}
      description={t`If you like: your own number or words, by which you find the order again.`}
      value={value}
      maxLength={MAX_LENGTH}
      onChange={(event) => {
        event.stopPropagation()
        onChange(event.currentTarget.value)
      }}
    />
  )
}
