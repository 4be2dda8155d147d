import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../api/client.ts'
import { useRefreshOn } from '../api/events.ts'
import { consoleOwn } from '../api/own.ts'
import { Icon, type IconName } from '../identity/icons.tsx'
import { Mark } from '../identity/mark.tsx'
import { Connection } from '../kit/connection.tsx'
import { Denied } from '../kit/denied.tsx'
import { Keys, useKeys } from '../kit/keys.tsx'
import { PersonMenu } from '../kit/person-menu.tsx'
import { roleWords } from '../kit/role-words.ts'
import { SignedIn, sessionQuery, useMay, useSession } from '../kit/session.tsx'
import { StepUp } from '../kit/step-up.tsx'
import { TabBar } from '../kit/tab-bar.tsx'
import { FindBox } from './find-box.tsx'
import { firstStepsQuery, isOver } from './first-steps.ts'
import { inboxCountsQuery } from './inbox-counts.ts'
import { settingsTabs } from './routes/settings/tabs.ts'
import styles from './shell.module.css'

interface Entry {
  to: string
  icon: IconName
  words: MessageDescriptor
  /** `key` is the letter behind `g` that goes there. */
  key: string
  /** `permission` is what its pages need, or several, of which one is enough. */
  permission: string | readonly string[]
}

/** `entries` is the rail. An entry without permission is not shown. */
const entries: readonly Entry[] = [
  { to: '/today', icon: 'today', words: msg`Today`, key: 't', permission: 'orders.read' },
  { to: '/inbox', icon: 'inbox', words: msg`Inbox`, key: 'i', permission: 'orders.read' },
  { to: '/orders', icon: 'orders', words: msg`Orders`, key: 'o', permission: 'orders.read' },
  { to: '/resellers', icon: 'resellers', words: msg`Resellers`, key: 'r', permission: 'resellers.read' },
  { to: '/money', icon: 'money', words: msg`Money`, key: 'm', permission: 'money.read' },
  { to: '/prices', icon: 'prices', words: msg`Prices`, key: 'p', permission: 'prices.read' },
  { to: '/catalogue', icon: 'catalogue', words: msg`Catalogue`, key: 'c', permission: 'catalogue.read' },
  {
    to: '/suppliers',
    icon: 'suppliers',
    words: msg`Suppliers`,
    key: 's',
    permission: 'suppliers.read',
  },
  { to: '/reports', icon: 'reports', words: msg`Reports`, key: 'e', permission: 'reports.read' },
  {
    to: '/settings',
    icon: 'settings',
    words: msg`Settings`,
    key: ',',
    permission: settingsTabs.map(({ permission }) => permission),
  },
]

const permissionsFor = ({ permission }: Entry): string[] => [...new Set([permission].flat())]

/** `Shell` is what stands around every page of a person who is signed in: the rail, the bar, keys, and the question for proof. */
export function Shell() {
  return (
    <SignedIn>
      <Keys>
        <Frame />
        <StepUp own={consoleOwn} />
      </Keys>
    </SignedIn>
  )
}

function Frame() {
  const { t } = useLingui()
  const shown = useEntries()
  const [isFinding, setFinding] = useState(false)
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        <Trans>To the content</Trans>
      </a>
      <nav className={styles.rail} aria-label={t`Pages`}>
        <Link to="/" className={styles.brand}>
          <Mark /> imeigate
        </Link>
        {shown.map(({ to, icon, label }) => (
          <Link key={to} to={to} className={styles.entry} activeProps={{ 'aria-current': 'page' }}>
            <Icon name={icon} /> {label}
            {to === '/inbox' && <Waiting />}
          </Link>
        ))}
      </nav>
      <header className={styles.bar}>
        <FindBox pages={shown} isOpen={isFinding} onOpen={setFinding} />
        <OwnMenu />
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        <Connection />
        <Steps />
        <Allowed />
      </main>
      <TabBar tabs={shown} onSearch={() => setFinding(true)} />
    </div>
  )
}

/** `Allowed` is the page itself, unless it belongs to an entry of the rail that the person's role may not open. */
function Allowed() {
  const { i18n } = useLingui()
  const may = useMay()
  const { pathname } = useLocation()
  const entry = entries.find(({ to }) => pathname === to || pathname.startsWith(`${to}/`))
  const permissions = entry ? permissionsFor(entry) : []
  if (entry && !may(...permissions)) return <Denied title={i18n._(entry.words)} permissions={permissions} />
  return <Outlet />
}

/** `Steps` leads back to Today from the pages of the first steps, as long as they are not done. */
function Steps() {
  const may = useMay()
  const { pathname } = useLocation()
  const { data } = useQuery({ ...firstStepsQuery, enabled: may('settings.edit') })
  if (!data || isOver(data) || pathname === '/today') return null
  const count = data.steps.filter(({ done }) => done).length
  return (
    <p className={styles.steps}>
      <Trans>
        First steps: {count} of {data.steps.length} done
      </Trans>{' '}
      <Link to="/today">
        <Trans>Go on with them</Trans>
      </Link>
    </p>
  )
}

const WAITING_TOPICS = ['reviews', 'deposits', 'orders', 'applications']

/** `Waiting` is how much waits in the inbox that the person's role decides about. */
function Waiting() {
  const counts = useQuery(inboxCountsQuery)
  useRefreshOn(WAITING_TOPICS, ['inbox'])
  const total = counts.data?.total ?? 0
  return total === 0 ? null : <span className={styles.count}>{total}</span>
}

type Shown = Entry & { label: string }

/** `useEntries` gives the entries that the person may open, and their keys: `g` and a letter. */
function useEntries(): Shown[] {
  const { i18n, t } = useLingui()
  const may = useMay()
  const navigate = useNavigate()
  const shown = entries
    .filter((entry) => may(...permissionsFor(entry)))
    .map((entry) => ({ ...entry, label: i18n._(entry.words) }))
  useKeys(
    Object.fromEntries(
      shown.map(({ key, to, label }) => [
        `g ${key}`,
        [t`Go to ${label}`, () => void navigate({ to })] as const,
      ]),
    ),
  )
  return shown
}

function OwnMenu() {
  const { t, i18n } = useLingui()
  const { person } = useSession()
  const { pathname } = useLocation()
  return (
    <PersonMenu
      label={t`${{ name: person.name }}: profile, colours, sign out`}
      head={`${person.name} · ${i18n._(roleWords(person.role))}`}
      sessionKey={sessionQuery.queryKey}
      endSession={() => dataOf(api.DELETE('/api/operator/session'))}
    >
      <Menu.Item component={Link} to="/me">
        <Trans>Profile and sign-ins</Trans>
      </Menu.Item>
      <Menu.Item component="a" href={`/help/for/console${pathname}`} target="_blank">
        <Trans>Help about this page</Trans>
      </Menu.Item>
    </PersonMenu>
  )
}
