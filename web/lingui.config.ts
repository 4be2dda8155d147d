import { defineConfig } from '@lingui/cli'
import { formatter } from '@lingui/format-po'

/** English is the source, collected by each build; a message that Indonesian or Spanish lacks is shown in English. */
export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'id', 'es'],
  fallbackLocales: { default: 'en' },
  catalogs: [{ path: '<rootDir>/src/words/{locale}', include: ['<rootDir>/src'] }],
  format: formatter({ lineNumbers: false }),
})
