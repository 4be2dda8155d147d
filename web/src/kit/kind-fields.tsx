import { useLingui } from '@lingui/react/macro'
import { Checkbox, PasswordInput, Select, Textarea, TextInput } from '@mantine/core'

/** KindField is a field of a kind of supplier, gateway or notice channel, as the API describes it. */
export interface KindField {
  name: string
  label: string
  secret: boolean
  required: boolean
  help: string
  schema: unknown
  default: unknown
}

/** KindValues are the values of a form as they are typed, by the fields' names. */
export type KindValues = Readonly<Record<string, string>>

const typeOf = ({ schema }: KindField): { type?: string; enum?: string[] } =>
  schema as { type?: string; enum?: string[] }

const written = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** `valuesOf` are the values with which a form begins: those that hold. Secrets are never known. */
export const valuesOf = (
  fields: readonly KindField[],
  settings: Readonly<Record<string, unknown>>,
): KindValues =>
  Object.fromEntries(
    fields
      .filter(({ secret }) => !secret)
      .map((field) => [field.name, written(settings[field.name] ?? field.default)]),
  )

/**
 * `kindBody` is what is sent of a form: the settings that differ from those that it began with, and the secrets that were typed. An emptied
 * setting goes back to its default. What is no JSON where JSON is wanted is sent as it is: the server says what is wrong.
 */
export function kindBody(fields: readonly KindField[], typed: KindValues, began: KindValues) {
  const settings: Record<string, unknown> = {}
  const secrets: Record<string, string> = {}
  for (const field of fields) {
    const value = typed[field.name] ?? ''
    if (field.secret) {
      if (value !== '') secrets[field.name] = value
    } else if (value !== (began[field.name] ?? '')) {
      settings[field.name] = value === '' ? null : read(field, value)
    }
  }
  return {
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(Object.keys(secrets).length > 0 && { secrets }),
  }
}

function read(field: KindField, text: string): unknown {
  if (typeOf(field).type === 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `KindFields` asks for the settings and secrets of a kind. `hasSecret` tells which secrets are set: those are only replaced. */
export function KindFields({
  fields,
  values,
  hasSecret,
  onChange,
}: {
  fields: readonly KindField[]
  values: KindValues
  hasSecret?: (name: string) => boolean
  onChange: (values: KindValues) => void
}) {
  return fields.map((field) => (
    <Field
      key={field.name}
      field={field}
      value={values[field.name] ?? ''}
      isSet={hasSecret?.(field.name) ?? false}
      onSet={(value) => onChange({ ...values, [field.name]: value })}
    />
  ))
}

function Field({
  field,
  value,
  isSet,
  onSet,
}: {
  field: KindField
  value: string
  isSet: boolean
  onSet: (value: string) => void
}) {
  const { t } = useLingui()
  const { label, help, secret, required } = field
  const { type, enum: choices } = typeOf(field)
  const shared = { label, description: help, required: required && !isSet }
  const onChange = ({ currentTarget }: { currentTarget: { value: string } }) => onSet(currentTarget.value)
  if (secret)
    return (
      <PasswordInput
        {...shared}
        value={value}
        onChange={onChange}
        autoComplete="new-password"
        placeholder={isSet ? t`set; type to replace it` : ''}
      />
    )
  if (choices)
    return (
      <Select
        {...shared}
        data={choices}
        value={value || null}
        onChange={(chosen) => onSet(chosen ?? '')}
        allowDeselect={!required}
      />
    )
  if (type === 'boolean')
    return (
      <Checkbox
        label={label}
        description={help}
        checked={value === 'true'}
        onChange={({ currentTarget }) => onSet(String(currentTarget.checked))}
      />
    )
  if (type === 'string' || type === 'integer' || type === 'number')
    return (
      <TextInput
        {...shared}
        value={value}
        onChange={onChange}
        inputMode={type === 'string' ? 'text' : 'decimal'}
      />
    )
  return (
    <Textarea
      {...shared}
      value={value}
      onChange={onChange}
      autosize
      minRows={2}
      classNames={{ input: 'code' }}
    />
  )
}
