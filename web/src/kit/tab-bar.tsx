import { useLingui } from '@lingui/react/macro'
import { Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Icon, type IconName } from '../identity/icons.tsx'
import styles from './tab-bar.module.css'

/** Tab is an entry of the bar at the thumb. */
interface Tab {
  to: string
  icon: IconName
  label: string
}

/** BEFORE_SEARCH is how many pages stand before *Search*. */
const BEFORE_SEARCH = 2

/**
 * `TabBar` is the bar at the thumb on a phone: the first four pages, and the others behind *More*. With `onSearch` three pages stand there, and
 * *Search* behind the second.
 */
export function TabBar({ tabs, onSearch }: { tabs: readonly Tab[]; onSearch?: () => void }) {
  const { t } = useLingui()
  const shown = tabs.slice(0, onSearch ? 3 : 4)
  const more = tabs.slice(shown.length)
  return (
    <nav className={styles.tabs} aria-label={t`Pages`}>
      {shown.slice(0, BEFORE_SEARCH).map(link)}
      {onSearch && (
        <button type="button" className={styles.tab} onClick={onSearch}>
          <Icon name="find" /> {t`Search`}
        </button>
      )}
      {shown.slice(BEFORE_SEARCH).map(link)}
      {more.length > 0 && (
        <Menu position="top-end">
          <Menu.Target>
            <button type="button" className={styles.tab}>
              <Icon name="more" /> {t`More`}
            </button>
          </Menu.Target>
          <Menu.Dropdown>
            {more.map(({ to, label }) => (
              <Menu.Item key={to} component={Link} to={to}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </nav>
  )
}

const link = ({ to, icon, label }: Tab) => (
  <Link
    key={to}
    to={to}
    className={styles.tab}
    activeOptions={{ exact: to === '/' }}
    activeProps={{ 'aria-current': 'page' }}
  >
    <Icon name={icon} /> {label}
  </Link>
)
