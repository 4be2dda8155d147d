import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { App, Passkeys, Password, SignIns } from '../../../kit/own-sections.tsx'
import { Page } from '../../../kit/page.tsx'
import { Facts, Section, Sections } from '../../../kit/section.tsx'
import { chooseLanguage, type Language, languages } from '../../../words/words.ts'
import { portalOwn } from '../../own.ts'
import { sessionQuery, useSession } from '../../session.tsx'

const KEY = ['me']

const readMe = (signal: AbortSignal) => dataOf(portal.GET('/api/portal/me', { signal }))
type Self = Awaited<ReturnType<typeof readMe>>

/** `Me` is what belongs to the person who is signed in: name, language, time zone, what it signs in with, and where it is signed in. */
export function Me() {
  const { t } = useLingui()
  const { account } = useSession()
  const client = useQueryClient()
  const me = useQuery({ queryKey: KEY, queryFn: ({ signal }) => readMe(signal) })
  const refresh = () => {
    void client.invalidateQueries({ queryKey: KEY })
    void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
  }
  return (
    <Page title={t`Profile`} narrow>
      <FaultNote fault={me.error} onRetry={() => void me.refetch()} />
      {me.isPending && <Loading rows={4} />}
      {me.data && (
        <Sections>
          <Section title={t`Who you are`}>
            <Facts
              of={[
                [t`E-mail address`, me.data.email],
                [t`Account`, `${account.name} · ${account.username}`],
                [t`Role`, me.data.role === 'owner' ? t`Owner` : t`Member`],
              ]}
            />
            <Profile self={me.data} onDone={refresh} />
          </Section>
          <Password own={portalOwn} />
          <App
            own={portalOwn}
            hasApp={me.data.has_app}
            codesLeft={me.data.recovery_codes}
            onChange={refresh}
          />
          <Passkeys own={portalOwn} />
          <SignIns own={portalOwn} />
        </Sections>
      )}
    </Page>
  )
}

/** `Profile` is what a person says of itself. The pages are in the language at once. */
function Profile({ self, onDone }: { self: Self; onDone: () => void }) {
  const { t } = useLingui()
  const zones = useId()
  const [name, setName] = useState(self.name)
  const [language, setLanguage] = useState<Language>(self.language)
  const [zone, setZone] = useState(self.time_zone)
  const save = useMutation({
    mutationFn: () =>
      dataOf(
        portal.PATCH('/api/portal/me', { body: { name: name.trim(), language, time_zone: zone.trim() } }),
      ),
    onSuccess: async () => {
      await chooseLanguage(language)
      notifications.show({ message: t`Your profile is saved.` })
      onDone()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t`Name`}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          maxLength={100}
          autoComplete="name"
          required
        />
        <NativeSelect
          label={t`Language`}
          description={t`Of these pages, and of the mails to you.`}
          value={language}
          onChange={({ currentTarget }) => setLanguage(currentTarget.value as Language)}
          data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        />
        <TextInput
          label={t`Time zone`}
          description={t`Such as Asia/Jakarta. Empty: that of the browser.`}
          value={zone}
          onChange={({ currentTarget }) => setZone(currentTarget.value)}
          list={zones}
          maxLength={64}
        />
        <datalist id={zones}>
          {Intl.supportedValuesOf('timeZone').map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <FaultNote fault={save.error} />
        <Group>
          <Button type="submit" variant="default" loading={save.isPending}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
