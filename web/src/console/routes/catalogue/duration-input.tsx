import { useLingui } from '@lingui/react/macro'
import { useEffect, useState } from 'react'
import { duration } from '../../../kit/duration.ts'
import { TextInput } from '../../../kit/inputs.tsx'

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }

/** `readSeconds` reads seconds, or a duration such as 90s, 10m, 2h, 7d. */
const readSeconds = (text: string): number | undefined => {
  const [, count, unit = ''] = /^\s*(\d{1,8})\s*([smhd]?)\s*$/i.exec(text) ?? []
  const size = UNITS[unit.toLowerCase()]
  return count === undefined || size === undefined ? undefined : Number(count) * size
}

const written = (seconds: number | null): string => {
  if (seconds === null) return ''
  const [unit = 's', size = 1] =
    Object.entries(UNITS).findLast(
      ([name, length]) => name !== '' && seconds >= length && seconds % length === 0,
    ) ?? []
  return `${seconds / size}${unit}`
}

/** `DurationInput` takes 90s, 10m, 2h or 7d, and says below what it understood; with `whenEmpty`, which is said then, also nothing (null). */
export function DurationInput({
  label,
  field,
  description,
  whenEmpty,
  seconds,
  error,
  readOnly = false,
  onSeconds,
}: {
  label: string
  field?: string
  description?: string
  whenEmpty?: string
  seconds: number | null
  error?: string | undefined
  readOnly?: boolean
  onSeconds: (seconds: number | null) => void
}) {
  const { t } = useLingui()
  const readText = (text: string): number | null | undefined =>
    whenEmpty !== undefined && text.trim() === '' ? null : readSeconds(text)
  const [text, setText] = useState(() => written(seconds))
  useEffect(() => {
    setText((old) => ((readSeconds(old) ?? null) === seconds ? old : written(seconds)))
  }, [seconds])
  const read = readText(text)
  const understood = read === null ? whenEmpty : read === undefined ? undefined : `= ${duration(read)}`
  return (
    <TextInput
      label={label}
      {...(field !== undefined && { field })}
      description={description ?? understood}
      value={text}
      readOnly={readOnly}
      error={read === undefined ? t`A number with s, m, h or d behind it.` : error}
      onChange={({ currentTarget: { value } }) => {
        setText(value)
        const next = readText(value)
        if (next !== undefined) onSeconds(next)
      }}
    />
  )
}
