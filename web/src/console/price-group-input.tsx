import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Select } from '../kit/choices.tsx'
import { priceGroupsQuery } from './price-groups.ts'

/** EVERYONE is in no price group: a `Select` needs a text for it. */
const EVERYONE = ''

/** `PriceGroupInput` chooses one of the price groups that there are; an empty text is none of them. */
export function PriceGroupInput({
  value,
  onChange,
}: {
  /** `value`, null: nothing is chosen yet. */
  value: string | null
  onChange: (group: string) => void
}) {
  const { t } = useLingui()
  const { data } = useQuery(priceGroupsQuery)
  const names = data?.items.map(({ name }) => name) ?? []
  // A group stays chosen that has gone, or while the list is being read.
  const all = value && !names.includes(value) ? [value, ...names] : names
  return (
    <Select
      field="group"
      label={t`Price group`}
      value={value}
      onChange={(chosen) => onChange(chosen ?? EVERYONE)}
      allowDeselect={false}
      searchable={all.length > 8}
      data={[
        { value: EVERYONE, label: t`None: the prices of everyone` },
        ...all.map((name) => ({ value: name, label: name })),
      ]}
    />
  )
}
