import { Trans } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, type ReactNode, useMemo, useState } from 'react'
import { FaultNote } from '../../../kit/notes.tsx'

/** Draft is what somebody changes of settings, until it is saved. */
export interface Draft<Values> {
  values: Values
  set: (changes: Partial<Values>) => void
  /** `changed` has the values that differ from those that are kept. */
  changed: Partial<Values>
  isBusy: boolean
  fault: unknown
  save: (event: FormEvent) => Promise<void>
  reset: () => void
}

/** `useDraft` keeps what is changed of `kept`. `send` saves it, under a key: the same change pressed twice is one. `said` tells that it is saved. */
export function useDraft<Values extends object>(
  kept: Values,
  send: (changed: Partial<Values>, key: string) => Promise<void>,
  said: string,
): Draft<Values> {
  const [values, setValues] = useState(kept)
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const names = Object.keys(kept) as (keyof Values)[]
  const changed = Object.fromEntries(
    names.filter((name) => values[name] !== kept[name]).map((name) => [name, values[name]]),
  ) as Partial<Values>
  const name = JSON.stringify(changed)
  const key = useMemo(() => keyFor(name), [name])
  return {
    ...{ values, changed, isBusy, fault },
    set: (changes) => setValues((before) => ({ ...before, ...changes })),
    reset: () => setValues(kept),
    save: async (event) => {
      event.preventDefault()
      setBusy(true)
      setFault(undefined)
      try {
        await send(changed, key)
        notifications.show({ message: said })
      } catch (error) {
        setFault(error)
      } finally {
        setBusy(false)
      }
    },
  }
}

/** `keyFor` gives a change its key. */
const keyFor = (_change: string): string => crypto.randomUUID()

/** `SettingsForm` is a form of settings, with what saves it below; without that where they may only be read. */
export function SettingsForm<Values extends object>({
  draft: { changed, isBusy, fault, save, reset },
  isReadOnly,
  children,
}: {
  draft: Draft<Values>
  isReadOnly: boolean
  children: ReactNode
}) {
  const hasChanges = Object.keys(changed).length > 0
  return (
    <form onSubmit={save}>
      <Stack>
        {children}
        <FaultNote fault={fault} untouched={<Trans>Nothing was saved.</Trans>} />
        {!isReadOnly && (
          <Group>
            <Button type="submit" loading={isBusy} disabled={!hasChanges}>
              <Trans>Save</Trans>
            </Button>
            {hasChanges && (
              <Button variant="default" onClick={reset}>
                <Trans>Leave it as it was</Trans>
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </form>
  )
}
