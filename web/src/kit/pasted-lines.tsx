import { TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Icon } from '../identity/icons.tsx'
import styles from './pasted-lines.module.css'

/** What was pasted into the search of a list stays in this tab: a thousand lines have no room in a URL. */
const PASTED = 'orders:lines'

export const pastedLines = (): string[] => JSON.parse(sessionStorage.getItem(PASTED) ?? '[]') as string[]

/** MAX_LINES is how many pasted lines are looked for at once. */
const MAX_LINES = 1000

const linesIn = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, MAX_LINES)

/** `SearchField` takes one text, or, with `onLines`, pasted lines, which `pastedLines` then gives; `onLines` is told how many these are. */
export function SearchField({
  label,
  placeholder,
  value,
  onSearch,
  onLines,
}: {
  label: string
  placeholder: string
  value: string
  onSearch: (text: string) => void
  onLines?: (count: number) => void
}) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  return (
    <form
      className={styles.search}
      onSubmit={(event) => {
        event.preventDefault()
        onSearch(text.trim())
      }}
    >
      <TextInput
        aria-label={label}
        placeholder={placeholder}
        value={text}
        data-find
        leftSection={<Icon name="find" size={16} />}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        onPaste={(event) => {
          const lines = linesIn(event.clipboardData.getData('text'))
          if (!onLines || lines.length < 2) return
          event.preventDefault()
          sessionStorage.setItem(PASTED, JSON.stringify(lines))
          onLines(lines.length)
        }}
      />
    </form>
  )
}
