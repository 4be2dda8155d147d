import { Trans } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useMemo, useRef, useState } from 'react'
import { ApiFault } from '../../../api/client.ts'
import { isOvertaken } from '../../../kit/faults.ts'
import { AtFields } from '../../../kit/inputs.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { Unsaved } from '../../../kit/unsaved.tsx'
import { Overtaken } from '../../overtaken.tsx'

/** Draft is what somebody changes of settings, until it is saved. */
export interface Draft<Values> {
  values: Values
  set: (changes: Partial<Values>) => void
  /** `changed` has the values that differ from those that are kept. */
  changed: Partial<Values>
  isBusy: boolean
  /** `overtaken` are those of the values that somebody else has changed since they were edited here: as they were then, and now. */
  overtaken: { base: Partial<Values>; now: Partial<Values> } | undefined
  /** `leave` gives up what was edited of some values. */
  leave: (names: readonly string[]) => void
  fault: unknown
  save: (event: FormEvent) => Promise<void>
  reset: () => void
}

/** Edits are the values that somebody changes, each with what was kept when that was begun. */
type Edits<Values> = { [Name in keyof Values]?: { value: Values[Name]; from: Values[Name] } }

/**
 * `useDraft` keeps what is changed of `kept`. `send` saves it, under a key: the same change pressed twice is one. `said` tells that it is saved, and
 * `queryKey` is where `kept` comes from. Where `kept` changes meanwhile, values that nobody edits follow it, and the others stay as they were typed.
 */
export function useDraft<Values extends object>(
  kept: Values,
  send: (changed: Partial<Values>, key: string) => Promise<void>,
  said: string,
  queryKey: readonly string[],
): Draft<Values> {
  const client = useQueryClient()
  const [edits, setEdits] = useState<Edits<Values>>({})
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const names = (Object.keys(edits) as (keyof Values)[]).filter((name) => edits[name]?.value !== kept[name])
  const of = (some: (keyof Values)[], value: (name: keyof Values) => unknown): Partial<Values> =>
    Object.fromEntries(some.map((one) => [one, value(one)])) as Partial<Values>
  const changed = of(names, (one) => edits[one]?.value)
  const both = names.filter((one) => edits[one]?.from !== kept[one])
  const name = JSON.stringify(changed)
  const [tries, setTries] = useState(0)
  const key = useMemo(() => keyFor(name, tries), [name, tries])
  return {
    ...{ values: { ...kept, ...changed }, changed, isBusy, fault },
    overtaken:
      isBusy || both.length === 0
        ? undefined
        : { base: of(both, (one) => edits[one]?.from), now: of(both, (one) => kept[one]) },
    leave: (names) =>
      setEdits((before) => {
        const next = { ...before }
        for (const one of names) delete next[one as keyof Values]
        return next
      }),
    set: (changes) =>
      setEdits((before) => {
        const next = { ...before }
        for (const one of Object.keys(changes) as (keyof Values)[]) {
          const value = changes[one] as Values[typeof one]
          const edit = { value, from: before[one] ? before[one].from : kept[one] }
          if (value === kept[one]) delete next[one]
          else next[one] = edit
        }
        return next
      }),
    reset: () => {
      setEdits({})
      setFault(undefined)
    },
    save: async (event) => {
      event.preventDefault()
      setBusy(true)
      setFault(undefined)
      try {
        await send(changed, key)
        setEdits((before) => typedSince(changed, before))
        notifications.show({ message: said })
        void client.invalidateQueries({ queryKey: ['audit'] })
      } catch (error) {
        setFault(error)
        if (!(error instanceof ApiFault) || error.status !== 409) return
        setTries(tries + 1)
        await client.invalidateQueries({ queryKey })
      } finally {
        setBusy(false)
      }
    },
  }
}

/** `typedSince` gives the edits that are others than what was saved: they are changes of that. */
function typedSince<Values extends object>(saved: Partial<Values>, edits: Edits<Values>): Edits<Values> {
  const since: Edits<Values> = {}
  for (const name of Object.keys(edits) as (keyof Values)[]) {
    const edit = edits[name]
    if (!edit || edit.value === saved[name]) continue
    since[name] = name in saved ? { ...edit, from: saved[name] as Values[typeof name] } : edit
  }
  return since
}

/** `keyFor` gives a change its key; what was refused because of another change is tried under another one. */
const keyFor = (_change: string, _tries: number): string => crypto.randomUUID()

/** `SettingsForm` is a form of settings, with what saves it below; without that where they may only be read. */
export function SettingsForm<Values extends object>({
  draft: { changed, isBusy, overtaken, fault, save, reset, leave },
  what,
  isReadOnly,
  children,
}: {
  draft: Draft<Values>
  /** `what` they are in the trail. */
  what: 'brand' | 'seller' | 'setting'
  isReadOnly: boolean
  children: ReactNode
}) {
  const form = useRef<HTMLFormElement>(null)
  const hasChanges = Object.keys(changed).length > 0
  return (
    <form ref={form} onSubmit={save}>
      <Unsaved isChanged={hasChanges} />
      <AtFields fault={fault}>
        <Stack>
          {children}
          {overtaken && (
            <Overtaken
              {...overtaken}
              draft={changed}
              what={what}
              isSaving={isBusy}
              onMine={() => form.current?.requestSubmit()}
              onTheirs={leave}
            />
          )}
          {!(overtaken && isOvertaken(fault)) && (
            <FaultNote fault={fault} untouched={<Trans>Nothing was saved.</Trans>} />
          )}
          {!isReadOnly && !overtaken && (
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
      </AtFields>
    </form>
  )
}
