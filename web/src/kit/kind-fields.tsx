import { useLingui } from '@lingui/react/macro'
import { Stack, Switch } from '@mantine/core'
import { faultOfField } from './faults.ts'
import { NativeSelect, PasswordInput, Textarea, TextInput } from './inputs.tsx'

/** KindField is one value that something of a kind is configured with, as the API lists it. */
export interface KindField {
  name: string
  label: string
  secret: boolean
  required: boolean
  help: string
  schema: unknown
  default: unknown
  /** `choices` word the values that can be chosen; one that is not there is shown as it is. */
  choices?: Readonly<Record<string, string>>
}

/** KindValues are what was written in the form, by name: texts, and yes or no. What is not there was not touched. */
export type KindValues = Readonly<Record<string, string | boolean>>

interface Schema {
  type?: string
  enum?: readonly string[]
}

const schemaOf = ({ schema }: KindField): Schema => schema as Schema

/** `isText` tells whether the value is a text; all others are written as JSON, numbers and lists among them. */
const isText = (field: KindField): boolean => {
  const { type, enum: choices } = schemaOf(field)
  return type === 'string' || choices !== undefined || type === undefined
}

/** `asText` writes a value as it stands in its input. */
const asText = (field: KindField, value: unknown): string => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  const text = JSON.stringify(value)
  return isText(field) && text.startsWith('"') ? String(value) : text === '{}' || text === '[]' ? '' : text
}

const sentence = (help: string): string => {
  const plain = help.replaceAll('`', '')
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}${plain.endsWith('.') ? '' : '.'}`
}

/** `secretsOf` leaves what was written of settings out. */
export const secretsOf = (fields: readonly KindField[], values: KindValues): KindValues =>
  Object.fromEntries(
    Object.entries(values).filter(([name]) => fields.some((one) => one.name === name && one.secret)),
  )

/**
 * `givenFields` makes of what was written the settings and secrets of a body: only what was touched. A setting that was emptied goes back to its default, a
 * secret that was left empty stays as it is. What should be JSON and is not is sent as it is: the server says what is wrong, and the field shows it.
 */
export function givenFields(
  fields: readonly KindField[],
  values: KindValues,
): { settings?: Record<string, unknown>; secrets?: Record<string, string> } {
  const settings: Record<string, unknown> = {}
  const secrets: Record<string, string> = {}
  for (const field of fields) {
    const value = values[field.name]
    if (value === undefined) continue
    if (field.secret) {
      if (value !== '') secrets[field.name] = String(value)
    } else settings[field.name] = typeof value === 'boolean' ? value : settingOf(field, value)
  }
  return {
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(Object.keys(secrets).length > 0 && { secrets }),
  }
}

function settingOf(field: KindField, given: string): unknown {
  const text = given.trim()
  if (text === '') return null
  // A value that may be a text or an object is an object where it looks like one.
  if (isText(field) && !(schemaOf(field).type === undefined && /^[{[]/.test(text))) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const faultOf = (fault: unknown, name: string): string | undefined =>
  faultOfField(fault, [`settings.${name}`, `secrets.${name}`, name])

interface KindFieldsProps {
  fields: readonly KindField[]
  values: KindValues
  /** `present` are the settings as they are; left out: something new. */
  present?: Readonly<Record<string, unknown>> | undefined
  /** `isSet` says which secrets are set; true or false: all of them, or none. */
  isSet?: Readonly<Record<string, unknown>> | boolean | null | undefined
  fault: unknown
  onChange: (values: KindValues) => void
}

/**
 * `KindFields` is the form of what something of a kind is configured with, made of the kind's own description. Secrets are written and never shown; what is
 * seldom needed stands folded below.
 */
export function KindFields(props: KindFieldsProps) {
  const { t } = useLingui()
  const { fields } = props
  // What must be given stands first, the rest below, folded.
  const first = fields.filter(({ required }) => required)
  const others = fields.filter(({ required }) => !required)
  const hasFault = others.some(({ name }) => faultOf(props.fault, name))
  return (
    <>
      {first.map((field) => (
        <Field key={field.name} field={field} {...props} />
      ))}
      {others.length > 0 && (
        <details open={hasFault || first.length === 0 || undefined}>
          <summary>{t`More settings (${others.length})`}</summary>
          <Stack pt="md">
            {others.map((field) => (
              <Field key={field.name} field={field} {...props} />
            ))}
          </Stack>
        </details>
      )}
    </>
  )
}

function Field({ field, values, present, isSet, onChange }: KindFieldsProps & { field: KindField }) {
  const { t } = useLingui()
  const { name, label, secret, required, help } = field
  const { type, enum: choices } = schemaOf(field)
  const write = (value: string | boolean) => onChange({ ...values, [name]: value })
  const shared = { label, description: sentence(help), name }
  const now = present?.[name] ?? field.default
  if (secret) {
    const isKept = typeof isSet === 'boolean' ? isSet : isSet?.[name] === true
    return (
      <PasswordInput
        {...shared}
        required={required && !isKept}
        placeholder={isKept ? t`Set. Write another one to replace it` : ''}
        value={String(values[name] ?? '')}
        onChange={({ currentTarget }) => write(currentTarget.value)}
        autoComplete="new-password"
        spellCheck={false}
        visibilityToggleButtonProps={{ 'aria-label': t`Show ${{ name: label }}` }}
      />
    )
  }
  if (type === 'boolean') {
    const isOn = values[name] ?? now ?? false
    return (
      <Switch
        {...shared}
        checked={isOn === true}
        onChange={({ currentTarget }) => write(currentTarget.checked)}
      />
    )
  }
  const value = String(values[name] ?? asText(field, now))
  if (choices) {
    return (
      <NativeSelect
        {...shared}
        // Nothing is chosen yet where nothing holds: the first choice must not look chosen.
        data={[...(now === undefined || now === null ? [''] : []), ...choices].map((one) => ({
          value: one,
          label: field.choices?.[one] ?? one,
        }))}
        required={required}
        value={value}
        onChange={({ currentTarget }) => write(currentTarget.value)}
      />
    )
  }
  if (type === 'object' || type === 'array') {
    return (
      <Textarea
        {...shared}
        required={required}
        value={value}
        onChange={({ currentTarget }) => write(currentTarget.value)}
        autosize
        minRows={1}
        maxRows={8}
        spellCheck={false}
        classNames={{ input: 'code' }}
      />
    )
  }
  return (
    <TextInput
      {...shared}
      required={required}
      value={value}
      onChange={({ currentTarget }) => write(currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
      // The help above may be as long as it is.
      {...(type === 'integer' && {
        inputMode: 'numeric' as const,
        styles: { wrapper: { maxInlineSize: 160 } },
      })}
    />
  )
}
