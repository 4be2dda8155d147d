import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Checkbox, Select, Textarea, TextInput } from '@mantine/core'
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react'
import { Icon } from '../../../identity/icons.tsx'
import styles from './service.module.css'
import type { Service } from './service-data.ts'

type Field = Service['fields'][number]

interface Row {
  /** `key` names the row while it is moved about. */
  key: number
  field: Field
  options: string
}

let keys = 0
const rowOf = (field: Field): Row => ({ key: ++keys, field, options: field.options.join('\n') })

/** `FieldsBuilder` has the extra fields of an order, in the order of forms. Alt with an arrow moves the one that has the focus. */
export function FieldsBuilder({
  fields,
  error,
  mayEdit,
  onChange,
}: {
  fields: readonly Field[]
  error: string | undefined
  mayEdit: boolean
  onChange: (fields: Field[]) => void
}) {
  const { t } = useLingui()
  const [rows, setRows] = useState<Row[]>(() => fields.map(rowOf))
  const list = useRef<HTMLOListElement>(null)
  /** `focused` is where the focus belongs once the rows are drawn anew: moving a row takes it away. */
  const focused = useRef<{ key: number; part: string }>(undefined)
  useLayoutEffect(() => {
    if (!focused.current) return
    const { key, part } = focused.current
    focused.current = undefined
    list.current?.querySelector<HTMLElement>(`[data-key="${key}"] [data-part="${part}"]`)?.focus()
  })
  const write = (next: Row[]) => {
    setRows(next)
    onChange(next.map(({ field, options }) => ({ ...field, options: linesOf(field, options) })))
  }
  const change = (key: number, given: Partial<Field>, options?: string) =>
    write(
      rows.map((row) =>
        row.key === key ? { key, field: { ...row.field, ...given }, options: options ?? row.options } : row,
      ),
    )
  const move = (at: number, by: number, part: string) => {
    const to = at + by
    const row = rows[at]
    if (!row || to < 0 || to >= rows.length || !mayEdit) return
    focused.current = { key: row.key, part }
    write(rows.toSpliced(at, 1).toSpliced(to, 0, row))
  }
  const press = (event: KeyboardEvent, at: number) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (!event.altKey || by === undefined) return
    event.preventDefault()
    move(at, by, (event.target as HTMLElement).dataset['part'] ?? 'name')
  }
  const add = () => {
    const row = rowOf({ name: '', label: '', type: 'text', required: true, options: [] })
    focused.current = { key: row.key, part: 'label' }
    write([...rows, row])
  }
  return (
    <div>
      <h3 id="fields">{t`Further fields`}</h3>
      {rows.length === 0 && <p className="muted">{t`None: an order needs nothing else.`}</p>}
      {error && (
        <p role="alert" className={styles.fault}>
          {error}
        </p>
      )}
      <ol className={styles.fields} aria-labelledby="fields" ref={list}>
        {rows.map(({ key, field, options }, at) => {
          const called = field.label || field.name || t`new field`
          return (
            <li key={key} data-key={key} className={styles.field} onKeyDown={(event) => press(event, at)}>
              <div className={styles.fieldMain}>
                <TextInput
                  label={t`What it is called`}
                  value={field.label}
                  readOnly={!mayEdit}
                  data-part="label"
                  onChange={({ currentTarget: { value } }) =>
                    // Until somebody names it otherwise, it is named after what people read.
                    change(key, {
                      label: value,
                      ...(field.name === nameOf(field.label) && { name: nameOf(value) }),
                    })
                  }
                />
                <TextInput
                  label={t`Name for programs`}
                  value={field.name}
                  readOnly={!mayEdit}
                  data-part="name"
                  spellCheck={false}
                  classNames={{ input: 'code' }}
                  onChange={({ currentTarget: { value } }) => change(key, { name: value.toUpperCase() })}
                />
                <Select
                  label={t`Kind`}
                  value={field.type}
                  allowDeselect={false}
                  readOnly={!mayEdit}
                  data-part="type"
                  data={[
                    { value: 'text', label: t`Text` },
                    { value: 'dropdown', label: t`Choice` },
                  ]}
                  onChange={(type) => change(key, { type: type as Field['type'] })}
                />
              </div>
              {field.type === 'dropdown' && (
                <Textarea
                  label={t`Choices, one a line`}
                  value={options}
                  readOnly={!mayEdit}
                  data-part="options"
                  autosize
                  minRows={2}
                  onChange={({ currentTarget: { value } }) => change(key, {}, value)}
                />
              )}
              <div className={styles.fieldEnd}>
                <Checkbox
                  label={t`Needed`}
                  checked={field.required}
                  disabled={!mayEdit}
                  data-part="required"
                  onChange={({ currentTarget }) => change(key, { required: currentTarget.checked })}
                />
                {mayEdit && (
                  <span className={styles.fieldButtons}>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      data-part="up"
                      disabled={at === 0}
                      aria-label={t`Move ${called} up`}
                      onClick={() => move(at, -1, at === 1 ? 'down' : 'up')}
                    >
                      ↑
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      data-part="down"
                      disabled={at === rows.length - 1}
                      aria-label={t`Move ${called} down`}
                      onClick={() => move(at, 1, at === rows.length - 2 ? 'up' : 'down')}
                    >
                      ↓
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={t`Remove ${{ name: called }}`}
                      onClick={() => write(rows.filter((row) => row.key !== key))}
                    >
                      <Icon name="close" size={16} />
                    </ActionIcon>
                  </span>
                )}
              </div>
            </li>
          )
        })}
      </ol>
      {mayEdit && (
        <Button variant="default" size="compact-md" onClick={add}>
          <Trans>Add a field</Trans>
        </Button>
      )}
    </div>
  )
}

/** `nameOf` makes of what people read a name for programs: `Phone model` gives PHONE_MODEL. */
const nameOf = (label: string): string =>
  label
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
    .slice(0, 64)

const linesOf = ({ type }: Field, text: string): string[] =>
  type === 'text'
    ? []
    : text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
