import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, Radio, Stack } from '@mantine/core'
import { type FormEvent, lazy, useState } from 'react'
import { Sheet } from './dialog.tsx'
import { type Filter, type Values, withValue } from './filter-values.ts'
import styles from './filters.module.css'
import { NativeSelect, TextInput } from './inputs.tsx'
import { PercentInput, readPercent } from './percent-input.tsx'

// Few lists are without such a field, but those of the portal are. The sheet is shown once they are there.
const PickOne = lazy(async () => ({ default: (await import('./pick.tsx')).PickOne }))
const PickSeveral = lazy(async () => ({ default: (await import('./pick.tsx')).PickSeveral }))

/** `FilterSheet` has a field for each filter: what is set there holds once it is applied. */
export function FilterSheet({
  filters,
  values,
  onChange,
  onClose,
}: {
  filters: readonly Filter[]
  values: Values
  onChange: (values: Values) => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const [draft, setDraft] = useState(values)
  const set = (name: string, value: string) => setDraft((old) => withValue(old, name, value))
  const apply = (event: FormEvent) => {
    event.preventDefault()
    onChange(
      Object.fromEntries(
        Object.entries(draft).flatMap(([name, text]) => {
          const isPercent = filters.some((one) => one.name === name && one.kind === 'percent')
          const given = isPercent ? readPercent(text) : text.trim()
          return given ? [[name, given]] : []
        }),
      ),
    )
    onClose()
  }
  return (
    <Sheet onClose={onClose} title={t`Filter`}>
      <form onSubmit={apply}>
        <Stack>
          {filters.map((filter) => (
            <Field key={filter.name} filter={filter} value={draft[filter.name] ?? ''} onSet={set} />
          ))}
          <Group justify="flex-end" className={styles.foot}>
            <Button variant="default" onClick={onClose}>
              <Trans>Close</Trans>
            </Button>
            <Button type="submit">
              <Trans>Show</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Sheet>
  )
}

/** MANY is how many choices are too many to stand beside each other. */
const MANY = 12

function Field({
  filter,
  value,
  onSet,
}: {
  filter: Filter
  value: string
  onSet: (name: string, value: string) => void
}) {
  const { t } = useLingui()
  const { name, label, help } = filter
  if (filter.kind === 'choices')
    return (
      <Checkbox.Group
        label={label}
        description={help}
        value={value === '' ? [] : value.split(',')}
        onChange={(some) => onSet(name, some.join(','))}
      >
        <Group gap="xs" mt={4}>
          {filter.choices.map((one) => (
            <Checkbox
              key={one.value}
              value={one.value}
              label={one.label}
              size="sm"
              className={styles.choice}
            />
          ))}
        </Group>
      </Checkbox.Group>
    )
  if (filter.kind === 'choice' && filter.choices.length > MANY)
    return (
      <NativeSelect
        label={label}
        description={help}
        data={[{ value: '', label: t`All` }, ...filter.choices]}
        value={value}
        onChange={({ currentTarget }) => onSet(name, currentTarget.value)}
      />
    )
  if (filter.kind === 'choice')
    return (
      <Radio.Group label={label} description={help} value={value} onChange={(one) => onSet(name, one)}>
        <Group gap="xs" mt={4}>
          {[{ value: '', label: t`All` }, ...filter.choices].map((one) => (
            <Radio key={one.value} value={one.value} label={one.label} size="sm" className={styles.choice} />
          ))}
        </Group>
      </Radio.Group>
    )
  if (filter.kind === 'pick' && filter.isSeveral)
    return (
      <PickSeveral
        {...{ from: filter.from, label, description: help, placeholder: filter.placeholder }}
        value={value === '' ? [] : value.split(',')}
        onChange={(some) => onSet(name, some.join(','))}
      />
    )
  if (filter.kind === 'pick')
    return (
      <PickOne
        {...{ from: filter.from, label, description: help, placeholder: filter.placeholder, value }}
        onChange={(one) => onSet(name, one)}
      />
    )
  if (filter.kind === 'percent')
    return (
      <PercentInput
        label={label}
        description={help}
        value={value}
        onChange={({ currentTarget }) => onSet(name, currentTarget.value)}
      />
    )
  return (
    <TextInput
      label={label}
      description={help}
      value={value}
      type={filter.kind === 'day' ? 'date' : 'text'}
      placeholder={filter.kind === 'text' ? filter.placeholder : undefined}
      onChange={({ currentTarget }) => onSet(name, currentTarget.value)}
    />
  )
}
