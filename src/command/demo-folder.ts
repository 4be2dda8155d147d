import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { Refusal } from '../errors.ts'

/** DEMO_FOLDER is the demo's own, so that nobody's shop begins in it. */
export const DEMO_FOLDER = './demo'
/** KEY_FILE is in the data folder of each demo. */
export const KEY_FILE = 'demo-key.json'

/** `refuseDemo` throws a Refusal (conflict) where the embedded database of a data folder is a demo's. */
export function refuseDemo({ database, dataFolder }: Pick<Config, 'database' | 'dataFolder'>): void {
  if (database !== undefined || !existsSync(join(dataFolder, KEY_FILE))) return
  const message = `${dataFolder} is a demo's: name another folder by IMEIGATE_DATA, or start the demo by imeigate demo`
  throw new Refusal('conflict', message)
}
