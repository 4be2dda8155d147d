import { useLingui } from '@lingui/react/macro'
import { consoleOwn } from '../../../api/own.ts'
import { App, Passkeys, Password, SignIns } from '../../../kit/own-sections.tsx'
import { Page } from '../../../kit/page.tsx'
import { Facts, Section, Sections } from '../../../kit/section.tsx'
import { useSession } from '../../../kit/session.tsx'

/** `Me` is what belongs to the person who is signed in: password, second factors, and where it is signed in. */
export function Me() {
  const { t } = useLingui()
  const { person } = useSession()
  return (
    <Page title={t`Profile`} narrow>
      <Sections>
        <Section title={t`Who you are`}>
          <Facts
            of={[
              [t`Name`, person.name],
              [t`E-mail address`, person.email],
              [t`Role`, person.role],
            ]}
          />
        </Section>
        <Password own={consoleOwn} />
        <App own={consoleOwn} hasApp={undefined} />
        <Passkeys own={consoleOwn} />
        <SignIns own={consoleOwn} />
      </Sections>
    </Page>
  )
}
