import { useLingui } from '@lingui/react/macro'
import { Button, SimpleGrid } from '@mantine/core'
import { useRef } from 'react'
import { duration } from '../../../kit/duration.ts'
import { TextInput } from '../../../kit/inputs.tsx'
import { DurationInput } from './duration-input.tsx'
import styles from './service.module.css'

/** UNITS are the words for units of time in the languages of panels, with their seconds. */
const UNITS: readonly (readonly [words: RegExp, seconds: number])[] = [
  [/^(m|mins?|minutes?|minutos?|menit)$/i, 60],
  [/^(h|hrs?|hours?|horas?|jam)$/i, 3600],
  [/^(d|days?|d[ií]as?|hari)$/i, 86_400],
]

/** `readPromise` reads "1-5 minutes" or "24 hours" as the longest time that it names, in seconds; undefined: it says something else, or more. */
function readPromise(text: string): number | undefined {
  const [, count, word = ''] = /^\s*(?:\d{1,4}\s*[-–]\s*)?(\d{1,4})\s*(\p{L}+)\.?\s*$/u.exec(text) ?? []
  const size = UNITS.find(([words]) => words.test(word))?.[1]
  return count === undefined || Number(count) === 0 || size === undefined ? undefined : Number(count) * size
}

interface PromisedTimeProps {
  words: string
  wordsError: string | undefined
  seconds: number | null
  error: string | undefined
  mayEdit: boolean
  onWords: (words: string) => void
  onSeconds: (seconds: number | null) => void
}

/**
 * `PromisedTime` takes what resellers read of how long a service takes, and after which time an order of it is late. The time is not made of the
 * words by itself: what they name is offered, where no time is given yet.
 */
export function PromisedTime({
  words,
  wordsError,
  seconds,
  error,
  mayEdit,
  onWords,
  onSeconds,
}: PromisedTimeProps) {
  const { t } = useLingui()
  const read = mayEdit && seconds === null ? readPromise(words) : undefined
  const ref = useRef<HTMLDivElement>(null)
  const take = (offer: number) => {
    onSeconds(offer)
    // The offer goes: who works by keys goes on in the field that it has filled.
    ref.current?.querySelector('input')?.focus()
  }
  const offered = read === undefined ? '' : duration(read)
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <TextInput
        label={t`Promised time, as resellers read it`}
        description={t`In words, such as 1-5 minutes.`}
        field="delivery_time"
        value={words}
        error={wordsError}
        readOnly={!mayEdit}
        onChange={({ currentTarget: { value } }) => onWords(value)}
      />
      <div className={styles.promised} ref={ref}>
        <DurationInput
          label={t`Promised within`}
          field="promised_seconds"
          whenEmpty={t`Empty: late after twice what nine of ten lately took.`}
          seconds={seconds}
          error={error}
          readOnly={!mayEdit}
          onSeconds={onSeconds}
        />
        {read !== undefined && (
          <Button variant="subtle" size="compact-sm" onClick={() => take(read)}>
            {t`Late after ${offered}`}
          </Button>
        )}
      </div>
    </SimpleGrid>
  )
}
