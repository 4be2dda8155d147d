import '@fontsource-variable/atkinson-hyperlegible-next/index.css'
import '@fontsource-variable/atkinson-hyperlegible-mono/index.css'
import '../identity/mantine.css'
import '../identity/tokens.css'
import '../identity/base.css'
import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { setNonce } from 'get-nonce'
import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { resolver, theme } from '../identity/theme.ts'
import { type Catalogues, chosenLanguage, speak, speakBy } from '../words/words.ts'

/** `nonce` lets the page's own style elements in, which its Content-Security-Policy forbids to all others. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
setNonce(nonce)

/** `show` draws an application into its page, in the person's language and colours. */
export async function show(application: ReactNode, words: Catalogues): Promise<void> {
  speakBy(words)
  await speak(chosenLanguage())
  const root = document.getElementById('root')
  if (!root) throw new Error('the page has no place for the application')
  createRoot(root).render(
    <I18nProvider i18n={i18n}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={resolver}
        defaultColorScheme="auto"
        colorSchemeManager={localStorageColorSchemeManager({ key: 'scheme' })}
        getStyleNonce={() => nonce}
      >
        {application}
      </MantineProvider>
    </I18nProvider>,
  )
}
