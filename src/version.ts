import { readFileSync } from 'node:fs'

/** imeigate's own, of package.json. */
export const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}
