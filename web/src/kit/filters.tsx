import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, NativeSelect, Radio, Stack, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Icon } from '../identity/icons.tsx'
import { Sheet } from './dialog.tsx'
import styles from './filters.module.css'
import { useKeys } from './keys.tsx'

/** Values are the filters of a list as they stand in the URL, under the names of the API. */
export type Values = Readonly<Record<string, string>>

/** Filter is one that the API has for a list. */
export type Filter = {
  /** `name` is the API's parameter. */
  name: string
  label: string
  /** `help` is one sentence below the field. */
  help?: string
} & ( // Of `choices` several hold at once, of `choice` one.
  | { kind: 'choices' | 'choice'; choices: readonly { value: string; label: string }[] }
  | { kind: 'text'; placeholder?: string }
  | { kind: 'day' }
)

/** `withValue` gives filters with another value of one of them; empty: it is left out. */
export const withValue = (values: Values, name: string, value: string): Values => {
  const { [name]: _, ...rest } = values
  return value === '' ? rest : { ...rest, [name]: value }
}

/** `FilterBar` shows the filters of a list as chips, in words, with the button that changes them. `children` stand behind it. */
export function FilterBar({
  filters,
  values,
  onChange,
  children,
}: {
  filters: readonly Filter[]
  values: Values
  onChange: (values: Values) => void
  children?: ReactNode
}) {
  const { t } = useLingui()
  const [isOpen, setOpen] = useState(false)
  useKeys({ f: [t`Filter`, () => setOpen(true)] })
  const given = filters.filter(({ name }) => values[name] !== undefined)
  const names = new Set(filters.map(({ name }) => name))
  const cleared = Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)))
  return (
    <div className={styles.bar}>
      <Button
        variant="default"
        size="compact-md"
        leftSection={<Icon name="filter" size={16} />}
        onClick={() => setOpen(true)}
      >
        <Trans>Filter</Trans>
      </Button>
      {given.map((filter) => {
        const words = wordsOf(filter, values[filter.name] ?? '')
        return (
          <span key={filter.name} className={styles.chip}>
            <button type="button" onClick={() => setOpen(true)}>
              <span className="muted">{filter.label}</span> {words}
            </button>
            <button
              type="button"
              aria-label={t`Leave out ${filter.label}: ${words}`}
              onClick={() => onChange(withValue(values, filter.name, ''))}
            >
              <Icon name="close" size={14} />
            </button>
          </span>
        )
      })}
      {given.length > 1 && (
        <Button variant="subtle" size="compact-sm" onClick={() => onChange(cleared)}>
          <Trans>Clear all</Trans>
        </Button>
      )}
      <div className={styles.rest}>{children}</div>
      {isOpen && <Fields {...{ filters, values, onChange }} onClose={() => setOpen(false)} />}
    </div>
  )
}

function wordsOf(filter: Filter, value: string): string {
  if (filter.kind !== 'choices' && filter.kind !== 'choice') return value
  return value
    .split(',')
    .map((one) => filter.choices.find(({ value: given }) => given === one)?.label ?? one)
    .join(', ')
}

/** `Fields` has a field for each filter: what is set there holds once it is applied. */
function Fields({
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
        Object.entries(draft).flatMap(([name, text]) => (text.trim() ? [[name, text.trim()]] : [])),
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
