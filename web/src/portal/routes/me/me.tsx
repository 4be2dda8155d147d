import { useLingui } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Email } from '../../../kit/own-email.tsx'
import { OwnProfile } from '../../../kit/own-profile.tsx'
import { App, Passkeys, Password, SignIns } from '../../../kit/own-sections.tsx'
import { Page } from '../../../kit/page.tsx'
import { Facts, Section, Sections } from '../../../kit/section.tsx'
import { portalOwn } from '../../own.ts'
import { sessionQuery, useSession } from '../../session.tsx'
import { LowBalance, NoticesSection } from './notices.tsx'

const KEY = ['me']

const readMe = (signal: AbortSignal) => dataOf(portal.GET('/api/portal/me', { signal }))

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
                [t`Account`, `${account.name} · ${account.username}`],
                [t`Role`, me.data.role === 'owner' ? t`Owner` : t`Member`],
              ]}
            />
            <OwnProfile
              self={me.data}
              save={(body) => dataOf(portal.PATCH('/api/portal/me', { body }))}
              onDone={refresh}
            />
          </Section>
          <Email own={portalOwn} />
          <NoticesSection />
          <LowBalance />
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
