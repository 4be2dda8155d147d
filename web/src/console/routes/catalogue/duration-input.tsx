import { useLingui } from '@lingui/react/macro'
import { TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { duration } from '../../../kit/duration.ts'

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }

/** `readSeconds` reads seconds, or a duration such as 90s, 10m, 2h, 7d. */
const readSeconds = (text: string): number | undefined => {
  const [, count, unit = ''] = /^\s*(\d{1,8})\s*([smhd]?)\s*$/i.exec(text) ?? []
  const size = UNITS[unit.toLowerCase()]
  return count === undefined || size === undefined ? undefined : Number(count) * size
}

const written = (seconds: number): string => {
  const [unit = 's', size = 1] =
    Object.entries(UNITS).findLast(
      ([name, length]) => name !== '' && seconds >= length && seconds % length === 0,
    ) ?? []
  return `${seconds / size}${unit}`
}

/** `DurationInput` takes 90s, 10m, 2h or 7d, and says below what it understood. */
export function DurationInput({
  label,
  description,
  seconds,
  error,
  readOnly,
  onSeconds,
}: {
  label: string
  description?: string
  seconds: number
  error: string | undefined
  readOnly: boolean
  onSeconds: (seconds: number) => void
}) {
  const { t } = useLingui()
  const [text, setText] = useState(() => written(seconds))
  useEffect(() => {
    setText((old) => (readSeconds(old) === seconds ? old : written(seconds)))
  }, [seconds])
  const read = readSeconds(text)
  return (
    <TextInput
      label={label}
      description={description ?? (read === undefined ? undefined : `= ${duration(read)}`)}
      value={text}
      readOnly={readOnly}
      error={read === undefined ? t`A number with s, m, h or d behind it.` : error}
      onChange={({ currentTarget: { value } }) => {
        setText(value)
        const next = readSeconds(value)
        if (next !== undefined) onSeconds(next)
      }}
    />
  )
}
