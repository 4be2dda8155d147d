import { Trans, useLingui } from '@lingui/react/macro'
import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { keepCsrf } from '../api/client.ts'
import { Icon } from '../identity/icons.tsx'
import { chooseLanguage, type Language, languages } from '../words/words.ts'

interface PersonMenuProps {
  /** `label` is the button's name: whose menu it is, and what is in it. */
  label: string
  head: ReactNode
  /** `children` are entries of one application alone. */
  children?: ReactNode
  /** `sessionKey` is the query of who is signed in, and `endSession` the request that ends that. */
  sessionKey: readonly unknown[]
  endSession: () => Promise<unknown>
}

/** `PersonMenu` has what belongs to the person: colours, language, signing out. */
export function PersonMenu({ label, head, children, sessionKey, endSession }: PersonMenuProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const router = useRouter()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const signOut = async () => {
    await endSession()
    keepCsrf(undefined)
    client.clear()
    client.setQueryData(sessionKey, null)
    await router.invalidate()
  }
  const schemes = { auto: t`As the system`, light: t`Light`, dark: t`Dark` }
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton aria-label={label} p={8}>
          <Icon name="person" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{head}</Menu.Label>
        {children}
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
        {Object.entries(languages).map(([language, name]) => (
          <Menu.Item key={language} lang={language} onClick={() => void chooseLanguage(language as Language)}>
            {name}
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
