import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useRouter } from '@tanstack/react-router'
import { dataOf, keepCsrf } from '../api/client.ts'
import { portal } from '../api/portal.ts'
import { Icon, type IconName } from '../identity/icons.tsx'
import { Mark } from '../identity/mark.tsx'
import { Keys } from '../kit/keys.tsx'
import { chooseLanguage, type Language, languages } from '../words/words.ts'
import { SignedIn, sessionQuery, useSession } from './session.tsx'
import styles from './shell.module.css'

const entries: readonly { to: string; icon: IconName; words: MessageDescriptor }[] = [
  { to: '/', icon: 'today', words: msg`Home` },
  { to: '/services', icon: 'prices', words: msg`Services` },
  { to: '/orders', icon: 'orders', words: msg`Orders` },
]

/** `Shell` is what stands around every page of the portal. */
export function Shell() {
  return (
    <SignedIn>
      <Keys>
        <Frame />
      </Keys>
    </SignedIn>
  )
}

function Frame() {
  const { t, i18n } = useLingui()
  const { role } = useSession()
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        <Trans>To the content</Trans>
      </a>
      <header className={styles.bar}>
        <span className={styles.brand}>
          <Mark />
        </span>
        <nav className={styles.pages} aria-label={t`Pages`}>
          {entries.map(({ to, icon, words }) => (
            <Link
              key={to}
              to={to}
              className={styles.entry}
              activeOptions={{ exact: to === '/' }}
              activeProps={{ 'aria-current': 'page' }}
            >
              <Icon name={icon} /> {i18n._(words)}
            </Link>
          ))}
        </nav>
        <PersonMenu />
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        {role === 'viewer' && (
          <p className={styles.viewer} role="status">
            <Trans>You look at this account as its people do. Nothing can be changed.</Trans>
          </p>
        )}
        <Outlet />
      </main>
    </div>
  )
}

function PersonMenu() {
  const { t } = useLingui()
  const { person, account } = useSession()
  const name = person?.name ?? account.name
  const client = useQueryClient()
  const router = useRouter()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const signOut = async () => {
    await dataOf(portal.DELETE('/api/portal/session'))
    keepCsrf(undefined)
    client.clear()
    client.setQueryData(sessionQuery.queryKey, null)
    await router.invalidate()
  }
  const schemes = { auto: t`As the system`, light: t`Light`, dark: t`Dark` }
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton aria-label={t`${name}: colours, language, sign out`} p={8}>
          <Icon name="person" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {name} · {account.username}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>
          <Trans>Colours</Trans>
        </Menu.Label>
        {Object.entries(schemes).map(([scheme, words]) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={scheme === colorScheme}
            rightSection={scheme === colorScheme ? '✓' : null}
            onClick={() => setColorScheme(scheme as 'auto' | 'light' | 'dark')}
          >
            {words}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>
          <Trans>Language</Trans>
        </Menu.Label>
        {Object.entries(languages).map(([language, called]) => (
          <Menu.Item key={language} lang={language} onClick={() => void chooseLanguage(language as Language)}>
            {called}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>
          <Trans>Sign out</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
