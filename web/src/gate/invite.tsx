import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, Stack } from '@mantine/core'
import { type FormEvent, useEffect, useId, useState } from 'react'
import { ApiFault, api, dataOf } from '../api/client.ts'
import { CodeField } from '../kit/code-field.tsx'
import { Copy } from '../kit/copy.tsx'
import { CurrencyInput } from '../kit/currency-input.tsx'
import { AtFields, PasswordInput, TextInput } from '../kit/inputs.tsx'
import { FaultNote } from '../kit/notes.tsx'
import { QrCode } from '../kit/qr-code.tsx'
import { formOf, useSending } from '../kit/sending.ts'
import { chosenLanguage } from '../words/words.ts'
import { Gate } from './gate.tsx'
import { linkToken } from './link-token.ts'

const open = () => dataOf(api.POST('/api/operator/invitation/open', { body: { invitation: linkToken } }))
type Offer = Awaited<ReturnType<typeof open>>

/** `Invite` makes somebody one of the staff: name, password, authenticator app, and the recovery codes, shown once. */
export function Invite() {
  const { t } = useLingui()
  const [offer, setOffer] = useState<Offer>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    open().then(setOffer, setError)
  }, [])
  const [codes, setCodes] = useState<string[]>()
  const { isBusy, fault, send } = useSending()
  if (error instanceof ApiFault && error.status !== 404) {
    return (
      <Gate title={t`Invitation`}>
        <FaultNote fault={error} onRetry={() => window.location.reload()} />
      </Gate>
    )
  }
  if (error) {
    return (
      <Gate title={t`Invitation`}>
        <p>
          <Trans>
            This invitation is no longer valid: it was used, withdrawn, or has run out. Ask an owner for
            another one, or run <span className="code">imeigate staff invite</span> on the server.
          </Trans>
        </p>
      </Gate>
    )
  }
  if (!offer) return null
  if (codes) return <RecoveryCodes codes={codes} />
  const { secret } = offer.totp
  const accept = (event: FormEvent<HTMLFormElement>) => {
    const form = formOf(event)
    const body = {
      ...{ invitation: linkToken, name: form('name').trim(), email: offer.email ?? form('email').trim() },
      ...{ password: form('password'), totp_secret: secret },
      code: form('code').replace(/\s/g, ''),
      language: chosenLanguage(),
      ...(offer.asks_business && {
        business: {
          ...{ name: form('business').trim(), home_currency: form('currency').trim().toUpperCase() },
          time_zone: form('zone').trim(),
        },
      }),
    }
    void send(async () => {
      const accepted = await dataOf(api.POST('/api/operator/invitation', { body }))
      setCodes(accepted.recovery_codes)
    })
  }
  return (
    <Gate title={offer.role === 'owner' ? t`Welcome, owner` : t`Welcome`}>
      {/* The server says all that is wrong at once, and knows more of it than the browser. */}
      <form onSubmit={accept} noValidate>
        <AtFields fault={fault}>
          <Stack>
            <TextInput
              name="name"
              label={t`Your name`}
              defaultValue={offer.name}
              autoComplete="name"
              required
              maxLength={100}
              autoFocus
            />
            {offer.email === null ? (
              <TextInput
                name="email"
                type="email"
                label={t`E-mail address`}
                autoComplete="username"
                required
                maxLength={254}
              />
            ) : (
              <TextInput
                name="email"
                label={t`E-mail address`}
                value={offer.email}
                readOnly
                autoComplete="username"
              />
            )}
            <PasswordInput
              name="password"
              label={t`Password`}
              description={t`At least 12 characters. A few words that only you put together are best.`}
              autoComplete="new-password"
              minLength={12}
              required
            />
            {offer.asks_business && <Business />}
            <div>
              <p>
                <Trans>Scan this with an authenticator app, then type the code that it shows.</Trans>
              </p>
              <QrCode text={offer.totp.uri} label={t`QR code for the authenticator app`} />
              <p className="muted">
                <Trans>
                  No camera? Type this secret: <span className="code">{secret}</span>
                </Trans>
              </p>
            </div>
            <CodeField name="code" isNew />
            <FaultNote fault={fault} />
            <Button type="submit" loading={isBusy}>
              <Trans>Begin</Trans>
            </Button>
          </Stack>
        </AtFields>
      </form>
    </Gate>
  )
}

/** `Business` asks the first owner what the business is. */
function Business() {
  const { t } = useLingui()
  const zones = useId()
  return (
    <>
      <TextInput
        name="business"
        field="business_name"
        label={t`Name of the business`}
        description={t`Resellers see it. It can be changed later, as can what follows.`}
        autoComplete="organization"
        required
        maxLength={200}
      />
      <CurrencyInput
        name="currency"
        field="home_currency"
        label={t`Home currency`}
        description={t`The one that you count in, such as USD.`}
        required
      />
      <TextInput
        name="zone"
        field="time_zone"
        label={t`Time zone`}
        description={t`Where your days begin and end.`}
        defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone}
        list={zones}
        required
        maxLength={100}
      />
      <datalist id={zones}>
        {Intl.supportedValuesOf('timeZone').map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  )
}

function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const { t } = useLingui()
  const [isKept, setKept] = useState(false)
  const text = codes.join('\n')
  return (
    <Gate title={t`Recovery codes`}>
      <p>
        <Trans>
          Each of these signs you in once when your phone is away. They are shown only now: print them, or
          keep them in a password manager.
        </Trans>
      </p>
      <pre className="code">{text}</pre>
      <Group>
        <Copy value={text}>{t`Copy`}</Copy>
        <Button
          variant="default"
          component="a"
          href={`data:text/plain,${encodeURIComponent(text)}`}
          download="imeigate-recovery-codes.txt"
        >
          <Trans>Download</Trans>
        </Button>
      </Group>
      <Checkbox
        label={t`I have kept them`}
        checked={isKept}
        onChange={({ currentTarget }) => setKept(currentTarget.checked)}
      />
      <Button disabled={!isKept} onClick={() => window.location.replace('/console/')}>
        <Trans>Go on</Trans>
      </Button>
    </Gate>
  )
}
