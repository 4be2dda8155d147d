import { Trans, useLingui } from '@lingui/react/macro'
import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { keepCsrf, onProof } from '../api/client.ts'
import type { Own } from '../api/own.ts'
import { hasPasskeys } from '../api/passkeys.ts'
import { Dialog } from './dialog.tsx'
import { FaultNote } from './notes.tsx'

/**
 * `StepUp` asks for password and code, or a passkey, when the server wants proof that the person is still there. The request that needed it is
 * then sent again, under the same key.
 */
export function StepUp({ own }: { own: Pick<Own, 'prove' | 'proveByPasskey' | 'needsApp'> }) {
  const { t } = useLingui()
  const [answer, setAnswer] = useState<{ give: (proved: boolean) => void }>()
  const [fault, setFault] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const waiting = useRef<Promise<boolean> | undefined>(undefined)
  useEffect(() => {
    onProof(() => {
      // Two requests that need proof at once ask for it once.
      waiting.current ??= new Promise<boolean>((resolve) => setAnswer({ give: resolve })).finally(() => {
        waiting.current = undefined
        setAnswer(undefined)
        setFault(undefined)
      })
      return waiting.current
    })
  }, [])
  const by = async (proof: () => Promise<{ csrf_token: string }>) => {
    setBusy(true)
    try {
      keepCsrf((await proof()).csrf_token)
      answer?.give(true)
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  const byCode = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const code = String(form.get('code')).replace(/\s/g, '')
    const given = { password: String(form.get('password')), ...(code !== '' && { code }) }
    void by(() => own.prove(given))
  }
  return (
    <Dialog
      opened={answer !== undefined}
      onClose={() => answer?.give(false)}
      title={t`Show that it is you`}
      size="sm"
      isAbove
    >
      <form onSubmit={byCode}>
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
          <TextInput
            name="code"
            label={t`Code of your authenticator app`}
            autoComplete="one-time-code"
            description={own.needsApp ? undefined : t`Only if you have set one up.`}
            inputMode="numeric"
            required={own.needsApp}
          />
          <FaultNote fault={fault} />
          <Button type="submit" loading={isBusy}>
            <Trans>Go on</Trans>
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
