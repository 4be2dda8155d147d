import { useLingui } from '@lingui/react/macro'
import { Link, Navigate, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { Denied } from '../../../kit/denied.tsx'
import { useMay } from '../../../kit/session.tsx'
import styles from './settings.module.css'
import { type SettingsTab, settingsTabs } from './tabs.ts'

const BASE = '/settings'
/** MARGIN is how much of the tab before is seen, in pixels. */
const MARGIN = 48
const pathOf = ({ path }: SettingsTab): string => `${BASE}/${path}`

/** `Settings` is the frame of the pages below `/settings`: a list of those that the person may see, and one of them beside it. */
export function Settings() {
  const { t, i18n } = useLingui()
  const may = useMay()
  const { pathname } = useLocation()
  const current = settingsTabs.find((tab) => pathname.startsWith(pathOf(tab)))
  const shown = settingsTabs.filter(({ permission }) => may(permission))
  const groups = Map.groupBy(shown, ({ group }) => i18n._(group))
  const nav = useRef<HTMLElement>(null)
  useEffect(() => {
    // On a phone the list is one line, which may be wider than the screen.
    const link = nav.current?.querySelector<HTMLElement>(`a[href$="${pathname}"]`)
    if (link && nav.current) nav.current.scrollLeft = link.offsetLeft - nav.current.offsetLeft - MARGIN
  }, [pathname])
  return (
    <div className={styles.frame}>
      <nav ref={nav} className={styles.nav} aria-label={t`Settings`}>
        {[...groups].map(([group, tabs]) => (
          <section key={group} aria-label={group}>
            <h2>{group}</h2>
            {tabs.map((tab) => (
              <Link key={tab.path} to={pathOf(tab)} activeProps={{ 'aria-current': 'page' }}>
                {i18n._(tab.words)}
              </Link>
            ))}
          </section>
        ))}
      </nav>
      <div className={styles.content}>
        {current && !may(current.permission) ? (
          <Denied title={i18n._(current.words)} permissions={[current.permission]} />
        ) : (
          <Outlet />
        )}
      </div>
    </div>
  )
}

/** `FirstOfSettings` leads to the first of the pages that the person may see. */
export function FirstOfSettings() {
  const { t } = useLingui()
  const may = useMay()
  const first = settingsTabs.find(({ permission }) => may(permission))
  if (first) return <Navigate to={pathOf(first)} replace />
  return <Denied title={t`Settings`} permissions={['settings.read']} />
}
