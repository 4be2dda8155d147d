import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { startServer } from '../../src/app/server.ts'
import { readConfig } from '../../src/config.ts'
import { systemClock } from '../../src/lib/time.ts'
import { defaultMapping } from '../../src/moving-in/mapping.ts'
import { type MovedIn, type MoveInOptions, moveIn } from '../../src/moving-in/move-in.ts'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { temporaryFolder } from '../support/process.ts'
import { TestServer } from '../support/server.ts'

/** Shop is a server with the command line beside it. */
export interface MovedShop {
  database: TestDatabase
  server: TestServer
  imeigate(...words: string[]): Promise<Run>
}

/** `openShop` starts a server on a fresh database, as one waits for a panel to move in. */
export async function openShop(): Promise<MovedShop> {
  const database = await testDatabase()
  const settings = {
    ...settingsFor(database.address),
    IMEIGATE_SECRET_KEY: 'c3'.repeat(32),
    OUTBOUND_ALLOW: '127.0.0.0/8',
    ...{ HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent' },
  }
  const log = pino({ level: 'silent' })
  const started = await startServer(readConfig(settings), database.access, log, systemClock)
  const server = new TestServer(started, database)
  return { database, server, imeigate: (...words) => imeigate(words, settings) }
}

/** `folderOf` makes a folder with these files. */
export function folderOf(files: Record<string, string>): string {
  const folder = join(temporaryFolder(), 'panel')
  mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

/** `move` moves a folder in without the command line. */
export const move = (
  database: TestDatabase,
  folder: string,
  options: Partial<MoveInOptions> = {},
): Promise<MovedIn> =>
  moveIn(database.sql, { folder, mapping: defaultMapping, actor: 'cli:anna', ...options })

/** `files` are a small panel with some of everything. */
export const files = {
  'groups.csv': 'id,name\n1,VIP\n2,Resellers\n',
  'services.csv': [
    'id,name,group,kind,price,currency,supplier',
    '7,Blacklist check,Checks,imei,0.50,USD,sandbox',
    '7,Blacklist check,Checks,imei,8000,IDR,sandbox',
    '1382,Firmware,Files,server,12,USD,sandbox',
    '',
  ].join('\n'),
  'accounts.csv': [
    'id,username,name,email,currency,group,balance,credit_limit,status',
    '17,GSM.Home,GSM at home,home@mail.example,USD,VIP,120.50,0,active',
    '18,toko_hp,Toko HP,toko@mail.example,IDR,2,-50000,100000,active',
    '19,old-shop,Old shop,old@mail.example,USD,,0,,closed',
    '',
  ].join('\n'),
  'keys.csv': 'account,key\n17,ABC-DEF-GHJ-KLM\n18,SECRETKEYOFTOKO\n19,\n',
  'prices.csv': 'service,group,account,currency,price\n7,VIP,,USD,0.45\n1382,,17,,11\n7,,,EUR,0.47\n',
  'orders.csv': [
    'id,account,service,type,input,state,answer,price,placed_at,ended_at',
    '5001,17,7,imei,490154203237518,4,"Clean<br>""yes""",0.45,2026-01-31 12:30:00,2026-01-31 12:31:00',
    '5001,18,1382,server,,4,ABC-1,12,2026-01-31 12:30:00,1769862600',
    '5002,toko@mail.example,7,,356938035643809,0,,8000,2026-02-01,0000-00-00 00:00:00',
    '5003,17,99,imei,356938035643809,3,Rejected,0,2026-02-01T10:00:00+07:00,',
    '',
  ].join('\n'),
}
