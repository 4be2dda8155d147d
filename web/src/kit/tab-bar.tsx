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

/** `TabBar` is the bar at the thumb on a phone: the first four pages, and the others behind *More*. */
export function TabBar({ tabs }: { tabs: readonly Tab[] }) {
  const { t } = useLingui()
  const more = tabs.slice(4)
  return (
    <nav className={styles.tabs} aria-label={t`Pages`}>
      {tabs.slice(0, 4).map(({ to, icon, label }) => (
        <Link
          key={to}
          to={to}
          className={styles.tab}
          activeOptions={{ exact: to === '/' }}
          activeProps={{ 'aria-current': 'page' }}
        >
          <Icon name={icon} /> {label}
        </Link>
      ))}
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
