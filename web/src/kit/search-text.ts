import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'

/** PAUSE_MS is how long nothing must be typed until what was typed is looked for. */
const PAUSE_MS = 200

/**
 * `useSearchText` is the text of a search field, which stands in the URL once nothing was typed for a moment. `inUrl` is what stands there, and `put` puts
 * it there. What the field has sent itself does not change its text: blanks at the end, and letters typed meanwhile, stay.
 */
export function useSearchText(inUrl: string, put: (text: string) => void) {
  const [value, setValue] = useState(inUrl)
  const sent = useRef(inUrl)
  useEffect(() => {
    if (inUrl === sent.current) return
    sent.current = inUrl
    setValue(inUrl)
  }, [inUrl])
  const send = useDebouncedCallback((typed: string) => {
    sent.current = typed.trim()
    put(sent.current)
  }, PAUSE_MS)
  return {
    value,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => {
      setValue(currentTarget.value)
      send(currentTarget.value)
    },
  }
}
