import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { chooseLanguage, type Language, languages } from '../words/words.ts'
import { AtFields, NativeSelect, TextInput } from './inputs.tsx'
import { FaultNote } from './notes.tsx'

/** Said is what a person says of itself. */
interface Said {
  name: string
  language: Language
  time_zone: string
}

/** `OwnProfile` is what a person says of itself. The pages are in the language at once. */
export function OwnProfile({
  self,
  save: keep,
  onDone,
}: {
  self: Said
  save: (said: Said) => Promise<unknown>
  onDone: () => void
}) {
  const { t } = useLingui()
  const zones = useId()
  const [name, setName] = useState(self.name)
  const [language, setLanguage] = useState<Language>(self.language)
  const [zone, setZone] = useState(self.time_zone)
  const save = useMutation({
    mutationFn: () => keep({ name: name.trim(), language, time_zone: zone.trim() }),
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
      <AtFields fault={save.error}>
        <Stack>
          <TextInput
            field="name"
            label={t`Name`}
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
            maxLength={100}
            autoComplete="name"
            required
          />
          <NativeSelect
            field="language"
            label={t`Language`}
            description={t`Of these pages, and of the mails to you.`}
            value={language}
            onChange={({ currentTarget }) => setLanguage(currentTarget.value as Language)}
            data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
          />
          <TextInput
            field="time_zone"
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
      </AtFields>
    </form>
  )
}
