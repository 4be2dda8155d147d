import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { keepCsrf } from '../api/client.ts'
import type { Own } from '../api/own.ts'
import { hasPasskeys } from '../api/passkeys.ts'
import { secondFactorOf } from '../api/second-factor.ts'
import { CodeField } from './code-field.tsx'
import { Dialog } from './dialog.tsx'
import { AtFields, PasswordInput } from './inputs.tsx'
import { FaultNote } from './notes.tsx'

interface StepUpDialogProps {
  own: Pick<Own, 'prove' | 'proveByPasskey' | 'needsApp'>
  /** `give` says whether the person has proved who it is; undefined: nothing is asked, and the window is closed. */
  give: ((proved: boolean) => void) | undefined
}

/** `StepUpDialog` is the window of `StepUp`, which is loaded when it is needed first. */
export function StepUpDialog({ own, give }: StepUpDialogProps) {
  const { t } = useLingui()
  const [fault, setFault] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const end = (proved: boolean) => {
    setFault(undefined)
    give?.(proved)
  }
  const by = async (proof: () => Promise<{ csrf_token: string }>) => {
    setBusy(true)
    try {
      keepCsrf((await proof()).csrf_token)
      end(true)
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  const byCode = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const code = String(form.get('code')).trim()
    const given = { password: String(form.get('password')), ...(code !== '' && secondFactorOf(code)) }
    void by(() => own.prove(given))
  }
  return (
    <Dialog
      opened={give !== undefined}
      onClose={() => end(false)}
      title={t`Show that it is you`}
      size="sm"
      isAbove
    >
      <form onSubmit={byCode}>
        <AtFields fault={fault}>
          <Stack>
            <p className="muted">
              <Trans>This moves money or gives rights. It counts for ten minutes.</Trans>
            </p>
            {hasPasskeys() && (
              <Button variant="default" onClick={() => void by(own.proveByPasskey)} loading={isBusy}>
                <Trans>Use a passkey</Trans>
              </Button>
            )}
            <PasswordInput
              name="password"
              label={t`Password`}
              autoComplete="current-password"
              required
              data-autofocus
            />
            <CodeField
              name="code"
              {...(!own.needsApp && {
                description: t`Only if you have set one up. One of your recovery codes counts, too.`,
                required: false,
              })}
            />
            <FaultNote fault={fault} />
            <Button type="submit" loading={isBusy}>
              <Trans>Go on</Trans>
            </Button>
          </Stack>
        </AtFields>
      </form>
    </Dialog>
  )
}
