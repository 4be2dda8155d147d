import { defineConfig } from '@lingui/cli'
import { formatter } from '@lingui/format-po'

/** English is the source; a message that Indonesian or Spanish lacks fails the test. */
export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'id', 'es'],
  catalogs: [{ path: '<rootDir>/src/words/{locale}', include: ['<rootDir>/src'] }],
  format: formatter({ lineNumbers: false }),
})
