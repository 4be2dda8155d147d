import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Chip, Group, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, type ReactNode, useMemo, useRef, useState } from 'react'
import { Dialog } from './dialog.tsx'
import { isOvertaken } from './faults.ts'
import { AtFields, Textarea } from './inputs.tsx'
import { FaultNote } from './notes.tsx'

interface ActDialogProps<Answer> {
  title: string
  /** `children` says before the click what will move, and has further fields; a function is given what went wrong, to show it at its field. */
  children: ReactNode | ((fault: unknown) => ReactNode)
  /** `button` is a verb with its object and amount: "Refund $1.35". */
  button: string
  isDangerous?: boolean
  /** `isReady`, false: there is nothing to do yet. */
  isReady?: boolean
  /** `reasons` are offered as chips; `needsReason`: it cannot be done without one. */
  reasons?: readonly string[]
  needsReason?: boolean
  /** `untouched` is said where it failed: what did not happen to the money. */
  untouched?: ReactNode
  /** `act` does it, under one key for as long as the dialog is open, so that a second press is the same request. */
  act: (given: { key: string; why: string }) => Promise<Answer>
  /** `told` says once it is done what has become of it: where money has moved, how much and whose. */
  told?: ((answer: Answer) => string) | undefined
  /** `overtaken` is shown in place of the fault and the buttons where somebody else was faster; `again` sends the change once more. */
  overtaken?: (given: { again: () => void; isBusy: boolean }) => ReactNode
  onDone?: () => void
  onClose: () => void
}

/** `ActDialog` is how anything that matters is done: it names the thing, the amount and the consequence, in the sentence and in the button. */
export function ActDialog<Answer>({
  title,
  children,
  button,
  isDangerous = false,
  isReady = true,
  reasons = [],
  needsReason = false,
  untouched,
  act,
  told,
  overtaken,
  onDone,
  onClose,
}: ActDialogProps<Answer>) {
  const { t } = useLingui()
  const key = useMemo(() => crypto.randomUUID(), [])
  const [why, setWhy] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    // A form of the page below, which this dialog is a part of, is not sent by it.
    event.stopPropagation()
    // The keyboard and "save mine" come here past the button.
    if (!isReady || isBusy) return
    setBusy(true)
    // Both values stay in sight while the change is sent once more.
    if (!isOvertaken(fault)) setFault(undefined)
    try {
      const answer = await act({ key, why: why.trim() })
      if (told) notifications.show({ message: told(answer) })
      onDone?.()
      onClose()
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  const form = useRef<HTMLFormElement>(null)
  const both = isOvertaken(fault) && overtaken?.({ again: () => form.current?.requestSubmit(), isBusy })
  return (
    <Dialog opened onClose={onClose} title={title}>
      <form
        ref={form}
        onSubmit={submit}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.stopPropagation()
          event.currentTarget.requestSubmit()
        }}
      >
        <AtFields fault={fault}>
          <Stack>
            <div>{typeof children === 'function' ? children(fault) : children}</div>
            {(needsReason || reasons.length > 0) && (
              <Stack gap="xs">
                {reasons.length > 0 && (
                  <Chip.Group value={why} onChange={(chosen) => setWhy(String(chosen))}>
                    <Group gap="xs">
                      {reasons.map((reason) => (
                        <Chip key={reason} name={`reasons ${key}`} value={reason} size="xs" variant="outline">
                          {reason}
                        </Chip>
                      ))}
                    </Group>
                  </Chip.Group>
                )}
                <Textarea
                  label={t`Reason`}
                  field="why"
                  value={why}
                  onChange={({ currentTarget }) => setWhy(currentTarget.value)}
                  required={needsReason}
                  autosize
                  minRows={1}
                  maxLength={500}
                  data-autofocus
                />
              </Stack>
            )}
            {both || <FaultNote fault={fault} untouched={untouched} isOnce />}
            {!both && (
              <Group justify="flex-end">
                <Button variant="default" onClick={onClose}>
                  <Trans>Close</Trans>
                </Button>
                <Button
                  type="submit"
                  loading={isBusy}
                  disabled={!isReady}
                  {...(isDangerous && { color: 'var(--failed)' })}
                >
                  {button}
                </Button>
              </Group>
            )}
          </Stack>
        </AtFields>
      </form>
    </Dialog>
  )
}
