import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, FileButton, Group, Input } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import type { CSSProperties } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { BrandFoot, BrandSign } from '../../../kit/brand-sign.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import { History } from '../../history.tsx'
import styles from './brand.module.css'
import settings from './settings.module.css'
import { SettingsForm, useDraft } from './settings-form.tsx'

const KEY = ['brand']
const readBrand = (signal: AbortSignal) => dataOf(api.GET('/api/operator/brand', { signal }))
type Kept = Awaited<ReturnType<typeof readBrand>>
type Shown = Kept['shown']

/** Changes are what may be set; a logo is a data URL. */
interface Changes {
  name: string
  accent: string
  website: string
  email: string
  telegram: string
  whatsapp: string
  says_program: boolean
  logo: string | null
}

/** `BrandSettings` says what resellers and their customers see of the shop. */
export function BrandSettings() {
  const { t } = useLingui()
  const kept = useQuery({ queryKey: KEY, queryFn: ({ signal }) => readBrand(signal) })
  return (
    <Page title={t`Brand`}>
      <p className={settings.lead}>
        <Trans>
          This is what resellers see in the portal and where they sign in, and their customers on result and
          status pages. Contacts stand in mails and on statements, too.
        </Trans>
      </p>
      <FaultNote fault={kept.error} onRetry={() => void kept.refetch()} />
      {kept.isPending && <Loading rows={6} />}
      {kept.data && <Form kept={kept.data} />}
      <History what="brand" subject="true" />
    </Page>
  )
}

function Form({ kept }: { kept: Kept }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const isReadOnly = !useMay()('settings.edit')
  const { name, accent, website, email, telegram, whatsapp, says_program, shown } = kept
  const texts = { name, accent, website, email, telegram, whatsapp, says_program }
  const draft = useDraft<Changes>(
    { ...texts, logo: shown.logo },
    async (body, key) => {
      const params = { header: { 'idempotency-key': key, 'if-match': kept.version } }
      client.setQueryData(KEY, await dataOf(api.PATCH('/api/operator/brand', { params, body })))
    },
    t`Saved. Pages that are opened from now on show it.`,
    KEY,
  )
  const { values, changed } = draft
  const [typed] = useDebouncedValue(JSON.stringify(changed), 300)
  const preview = useQuery({
    queryKey: [...KEY, 'preview', typed],
    queryFn: ({ signal }) =>
      dataOf(
        api.POST('/api/operator/brand/preview', { body: JSON.parse(typed) as Partial<Changes>, signal }),
      ),
    enabled: typed !== '{}',
    placeholderData: keepPreviousData,
    retry: false,
  })
  const seen = Object.keys(changed).length > 0 ? (preview.data ?? shown) : shown
  const field = (of: Exclude<keyof typeof texts, 'says_program'>, label: string, description: string) => ({
    ...{ field: of, label, description, value: values[of], readOnly: isReadOnly, maxLength: 254 },
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      draft.set({ [of]: currentTarget.value }),
  })
  return (
    <div className={styles.sides}>
      <SettingsForm what="brand" draft={draft} isReadOnly={isReadOnly}>
        <TextInput
          {...field('name', t`Name`, t`What resellers call the shop. Empty: the name of who sells.`)}
        />
        <Logo logo={values.logo} isReadOnly={isReadOnly} onChange={(logo) => draft.set({ logo })} />
        <TextInput
          {...field('accent', t`Colour`, t`Of buttons and links, such as #0b5d6b. Empty: that of imeigate.`)}
          rightSection={
            !isReadOnly && (
              <input
                type="color"
                className={styles.colour}
                aria-label={t`Choose the colour`}
                value={/^#[0-9a-f]{6}$/i.test(values.accent) ? values.accent : '#0b5d6b'}
                onChange={({ currentTarget }) => draft.set({ accent: currentTarget.value })}
              />
            )
          }
        />
        <TextInput {...field('website', t`Website`, t`Such as https://shop.example.com`)} type="url" />
        <TextInput {...field('email', t`E-mail address`, t`Where resellers and their customers write to`)} />
        <TextInput {...field('telegram', t`Telegram`, t`A user name, such as @corner_phones`)} />
        <TextInput
          {...field('whatsapp', t`WhatsApp`, t`A number with its country, such as +62 812 3456 7890`)}
        />
        <Checkbox
          label={t`Say at the foot that it runs on imeigate`}
          checked={values.says_program}
          disabled={isReadOnly}
          onChange={({ currentTarget }) => draft.set({ says_program: currentTarget.checked })}
        />
      </SettingsForm>
      <section className={styles.preview} aria-labelledby="preview">
        <h2 id="preview">{t`How it looks`}</h2>
        <FaultNote fault={preview.error} />
        <Preview shown={seen} accent={values.accent} />
      </section>
    </div>
  )
}

function Logo({
  logo,
  isReadOnly,
  onChange,
}: {
  logo: string | null
  isReadOnly: boolean
  onChange: (logo: string | null) => void
}) {
  const { t } = useLingui()
  return (
    <Input.Wrapper
      label={t`Logo`}
      labelElement="div"
      description={
        logo === null
          ? t`None yet. A PNG or an SVG of at most 128 KB; it is shown 32 pixels high.`
          : t`It is shown 32 pixels high. A PNG or an SVG of at most 128 KB.`
      }
    >
      {!isReadOnly && (
        <Group gap="sm" mt={4}>
          <FileButton
            accept="image/png,image/svg+xml"
            onChange={(file) => file && void dataUrlOf(file).then(onChange)}
          >
            {(props) => (
              <Button {...props} variant="default">
                {logo === null ? t`Choose a file…` : t`Choose another file…`}
              </Button>
            )}
          </FileButton>
          {logo !== null && (
            <Button variant="subtle" onClick={() => onChange(null)}>
              {t`Without a logo`}
            </Button>
          )}
        </Group>
      )}
    </Input.Wrapper>
  )
}

const dataUrlOf = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result as string)
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })

/** `Preview` shows a page of the portal in both schemes. What it shows comes from the server, the shades of the colour as well. */
function Preview({ shown, accent }: { shown: Shown; accent: string }) {
  const { t } = useLingui()
  const { colours } = shown
  const given = accent.trim().toLowerCase()
  const schemes = [
    { name: 'light', title: t`In light colours`, of: colours?.light },
    { name: 'dark', title: t`In dark colours`, of: colours?.dark },
  ]
  return schemes.map(({ name, title, of }) => (
    <section key={name} aria-label={title}>
      <div
        className={`scheme-${name} ${styles.page}`}
        style={
          of && ({ '--accent': of.accent, '--link': of.link, '--on-accent': of.on_accent } as CSSProperties)
        }
      >
        <BrandSign brand={shown} />
        <div className={styles.panel}>
          <p>
            <Trans>
              296 checks cost $35.52. <span className={styles.link}>See the prices</span>
            </Trans>
          </p>
          <span className={styles.button}>
            <Trans>Place the order</Trans>
          </span>
        </div>
        <BrandFoot brand={shown} />
      </div>
      {of && of.accent !== given && (
        <p className={`${styles.moved} muted`}>
          <Trans>
            {of.accent} stands here in its place: the colour itself cannot be read on this ground.
          </Trans>
        </p>
      )}
    </section>
  ))
}
