import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { isSetting } from '../config.ts'
import { Refusal } from '../errors.ts'

/** SETTINGS_FILE is looked for beside the data folder. */
const SETTINGS_FILE = 'imeigate.env'
/** PATHS are settings that name a file or folder: in a settings file such a name counts from where that file is. */
const PATHS = /^(IMEIGATE_DATA|BACKUP_FOLDER|.+_FILE)$/

/**
 * `applySettingsFile` puts the settings of a file into the environment, where these are not set: `given` by the option, or IMEIGATE_SETTINGS, or
 * else `imeigate.env` beside the data folder, which need not be there. Gives the file that was read. Throws a Refusal that names
 * every line that is no setting.
 */
export function applySettingsFile(
  environment: NodeJS.ProcessEnv,
  given = environment['IMEIGATE_SETTINGS'],
): string | undefined {
  const isNamed = given !== undefined && given !== ''
  const beside = dirname(resolve(environment['IMEIGATE_DATA']?.trim() || './data'))
  const file = isNamed ? resolve(given) : join(beside, SETTINGS_FILE)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!isNamed && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined
    throw new Refusal('invalid_input', `the settings file ${file} cannot be read (${code})`, 'settings')
  }
  const settings = Object.entries(parseEnv(text)) as [string, string][]
  const unknown = settings.filter(([name]) => !isSetting(name)).map(([name]) => name)
  if (unknown.length > 0) {
    throw new Refusal(
      'invalid_input',
      `the settings file ${file} has what is no setting: ${unknown.join(', ')}`,
      'settings',
    )
  }
  const isSet = (name: string): boolean => (environment[name] ?? '').trim() !== ''
  for (const [name, value] of settings) {
    // One of a secret and its file is enough: that of the environment counts.
    const other = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : `${name}_FILE`
    if (isSet(name) || isSet(other) || value.trim() === '') continue
    environment[name] = PATHS.test(name) ? resolve(dirname(file), value.trim()) : value
  }
  return file
}
