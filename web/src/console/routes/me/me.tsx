import { useLingui } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { consoleOwn } from '../../../api/own.ts'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Email } from '../../../kit/own-email.tsx'
import { OwnProfile } from '../../../kit/own-profile.tsx'
import { App, Passkeys, Password, SignIns } from '../../../kit/own-sections.tsx'
import { Page } from '../../../kit/page.tsx'
import { Facts, Section, Sections } from '../../../kit/section.tsx'
import { sessionQuery } from '../../../kit/session.tsx'

const KEY = ['me']

/** `Me` is what belongs to the person who is signed in: name, language, time zone, password, second factors, and where it is signed in. */
export function Me() {
  const { t } = useLingui()
  const client = useQueryClient()
  const me = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/me', { signal })),
  })
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
            <Facts of={[[t`Role`, me.data.role]]} />
            <OwnProfile
              self={me.data}
              save={(body) => dataOf(api.PATCH('/api/operator/me', { body }))}
              onDone={refresh}
            />
          </Section>
          <Email own={consoleOwn} />
          <Password own={consoleOwn} />
          <App own={consoleOwn} hasApp={undefined} />
          <Passkeys own={consoleOwn} />
          <SignIns own={consoleOwn} />
        </Sections>
      )}
    </Page>
  )
}
