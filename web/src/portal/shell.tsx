import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { dataOf } from '../api/client.ts'
import { portal } from '../api/portal.ts'
import { Icon, type IconName } from '../identity/icons.tsx'
import { brand } from '../kit/brand.ts'
import { BrandFoot, BrandSign } from '../kit/brand-sign.tsx'
import { Connection } from '../kit/connection.tsx'
import { Keys, useKeys } from '../kit/keys.tsx'
import { PersonMenu } from '../kit/person-menu.tsx'
import { StepUp } from '../kit/step-up.tsx'
import { TabBar } from '../kit/tab-bar.tsx'
import { findHere } from './find.ts'
import { newsQuery } from './news.ts'
import { portalOwn } from './own.ts'
import { SignedIn, sessionQuery, useMay, useSession } from './session.tsx'
import styles from './shell.module.css'

interface Entry {
  to: string
  icon: IconName
  words: MessageDescriptor
  /** `permission` is what it takes to see the page; left out: everybody of the account does. */
  permission?: string
}

/** `entries` are the pages on the bar. One without permission is not shown. */
const entries: readonly Entry[] = [
  { to: '/', icon: 'today', words: msg`Home` },
  { to: '/services', icon: 'prices', words: msg`Services` },
  { to: '/orders', icon: 'orders', words: msg`Orders` },
  { to: '/money', icon: 'money', words: msg`Money` },
  { to: '/keys', icon: 'key', words: msg`Keys`, permission: 'keys.read' },
  { to: '/requests', icon: 'requests', words: msg`Requests` },
  { to: '/news', icon: 'inbox', words: msg`News` },
  { to: '/people', icon: 'resellers', words: msg`People`, permission: 'people.read' },
]

/** `Shell` is what stands around every page of the portal. */
export function Shell() {
  return (
    <SignedIn>
      <Keys>
        <Frame />
        <StepUp own={portalOwn} />
      </Keys>
    </SignedIn>
  )
}

function Frame() {
  const { t, i18n } = useLingui()
  const { role } = useSession()
  const may = useMay()
  const navigate = useNavigate()
  const isOrdering = useLocation({ select: ({ pathname }) => /\/order\//.test(pathname) })
  const ORDERS: string = '/orders'
  const SERVICES: string = '/services'
  useKeys({
    '/': [
      t`Find an order`,
      () => {
        if (!findHere()) void navigate({ to: ORDERS })
      },
    ],
    n: [t`Order something`, () => void navigate({ to: SERVICES })],
  })
  const shown = entries
    .filter(({ permission }) => permission === undefined || may(permission))
    .map((entry) => ({ ...entry, label: i18n._(entry.words) }))
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        <Trans>To the content</Trans>
      </a>
      <header className={styles.bar}>
        <span className={styles.brand}>
          <BrandSign brand={brand} />
        </span>
        <nav className={styles.pages} aria-label={t`Pages`}>
          {shown.map(({ to, icon, label }) => (
            <Link
              key={to}
              to={to}
              className={styles.entry}
              activeOptions={{ exact: to === '/' }}
              activeProps={{ 'aria-current': 'page' }}
              // One orders from the list of services.
              {...(to === '/services' && isOrdering && { 'aria-current': 'page' })}
            >
              <Icon name={icon} /> {label}
              {to === '/news' && <Unread />}
            </Link>
          ))}
        </nav>
        <OwnMenu />
      </header>
      <Connection />
      <main id="main" className={styles.main} tabIndex={-1}>
        {role === 'viewer' && (
          <div className={styles.viewer}>
            <p role="status">
              <Trans>You look at this account as its people do. Nothing can be changed.</Trans>
            </p>
            <Back />
          </div>
        )}
        <Outlet />
      </main>
      <footer className={styles.foot}>
        <BrandFoot brand={brand} />
      </footer>
      <TabBar tabs={shown} />
    </div>
  )
}

/** `Unread` is how much news the person has not read. */
function Unread() {
  const { t } = useLingui()
  const { person } = useSession()
  const { data } = useQuery(newsQuery)
  const unread = data?.unread ?? 0
  if (unread === 0 || !person) return null
  return (
    <span className={styles.count}>
      {unread} <span className="visually-hidden">{t`not read`}</span>
    </span>
  )
}

/** `Back` ends the view of somebody of the staff, and leads to the reseller in the console. */
function Back() {
  const { account } = useSession()
  const leave = async () => {
    await dataOf(portal.DELETE('/api/portal/session'))
    window.location.assign(`/console/resellers/${account.username}`)
  }
  return (
    <Button size="compact-sm" variant="default" onClick={() => void leave()}>
      <Trans>Back to the console</Trans>
    </Button>
  )
}

function OwnMenu() {
  const { t } = useLingui()
  const { person, account } = useSession()
  const { pathname } = useLocation()
  const name = person?.name ?? account.name
  return (
    <PersonMenu
      label={t`${name}: profile, colours, sign out`}
      head={`${name} · ${account.username}`}
      sessionKey={sessionQuery.queryKey}
      endSession={() => dataOf(portal.DELETE('/api/portal/session'))}
    >
      {person && (
        <Menu.Item component={Link} to="/me">
          <Trans>Profile and sign-ins</Trans>
        </Menu.Item>
      )}
      {(brand.says_program || brand.name === 'imeigate') && (
        <Menu.Item
          component="a"
          href={`/help/for/portal${pathname}`}
          hrefLang="en"
          target="_blank"
          rel="noopener"
        >
          <Trans>Help about this page</Trans>
        </Menu.Item>
      )}
      {brand.contacts.map(({ kind, text, url }) => (
        <Menu.Item key={kind} component="a" href={url} target="_blank" rel="noreferrer">
          {t`Ask ${brand.name}: ${text}`}
        </Menu.Item>
      ))}
    </PersonMenu>
  )
}
