import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { checkChain } from '../audit/chain-check.ts'
import { checkBackup } from '../backup/backup.ts'
import { type BackupRecord, backupFile, listBackups, takeBackup } from '../backup/backups.ts'
import { isEncrypted } from '../backup/container.ts'
import { refuseNewer, restore } from '../backup/restore.ts'
import { readConfig } from '../config.ts'
import { asking } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { checkLedger } from '../ledger/check.ts'
import { checkSales } from '../sales/check.ts'
import { keyState, wrongKey } from '../secret-keys/key-state.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { withAccess, withDatabase } from './connection.ts'
import { configuredLimit } from './input.ts'
import { type Answer, answering, cutTo, keyValues, listed } from './output.ts'
import { countingBar } from './progress.ts'
import { SecretOption } from './secret-options.ts'

const MIN_PASSPHRASE = 12

const passphraseOption = (): SecretOption =>
  new SecretOption('--passphrase <text>', 'what the file is encrypted with')

export function register(program: Command): void {
  const backup = program.command('backup')
  backup
    .command('create', { isDefault: true })
    .description('write all that the database holds as of one moment into a file, while servers go on')
    .argument('[file]', 'a file that is not there yet; without it one in BACKUP_FOLDER, named by the time')
    .addOption(passphraseOption())
    .action(answering(create))
  backup
    .command('check')
    .description('read a backup to its end: whether it is as it was written')
    .argument('<file>')
    .addOption(passphraseOption())
    .action(answering(check))
  backup
    .command('list')
    .description('the backups that the database knows of, the newest first')
    .addOption(configuredLimit())
    .action(answering(list))
  program.command('restore').argument('<file>').addOption(passphraseOption()).action(answering(restoreFile))
}

interface Options {
  passphrase?: string
}

async function create(given: string | undefined, { passphrase }: Options): Promise<Answer> {
  if (passphrase !== undefined && passphrase.length < MIN_PASSPHRASE) {
    const message = `a passphrase has ${MIN_PASSPHRASE} characters at least`
    throw new Refusal('invalid_input', message, 'passphrase')
  }
  return await withDatabase(async ({ sql, config, access }) => {
    const file =
      given === undefined ? backupFile(config.backups.folder, new Date(), 'imeigate') : resolve(given)
    const bar = countingBar('{bar} {percentage}%')
    try {
      const made = await takeBackup({
        ...{ sql, address: access.serving, file, scheduled: false },
        passphrase: passphrase ?? config.backups.passphrase,
        onProgress: bar.show,
      })
      const { bytes, rows, madeAt, secretKeys } = made
      return {
        json: { file, made_at: madeAt, bytes, rows, secret_keys: secretKeys },
        text: keyValues([
          ['file', file],
          ['as of', madeAt],
          ['bytes', bytes],
          ['rows', rows],
        ]),
        ...(secretKeys.length > 0 && { note: keyNote(secretKeys) }),
      }
    } finally {
      bar.stop()
    }
  })
}

const keyNote = (keys: readonly string[]): string =>
  `secrets in it open with the secret key ${keys.join(' or ')} only, which is not in it: keep that one elsewhere`

/** `passphraseFor` gives what a file opens with: what was given for it, or else that of the settings, where it is encrypted. */
async function passphraseFor(file: string, given: string | undefined): Promise<string | undefined> {
  const { passphrase } = readConfig(process.env).backups
  return given ?? (passphrase !== undefined && (await isEncrypted(file)) ? passphrase : undefined)
}

async function check(file: string, options: Options): Promise<Answer> {
  const passphrase = await passphraseFor(file, options.passphrase)
  const { rows, madeAt, schema, secretKeys } = await checkBackup(file, passphrase)
  return {
    json: { file, made_at: madeAt, schema, rows, secret_keys: secretKeys },
    text: keyValues([
      ['file', file],
      ['as of', madeAt],
      ['schema', schema],
      ['rows', rows],
      ['secret keys', secretKeys.join(', ')],
    ]),
  }
}

const list = ({ limit }: { limit: number }): Promise<Answer> =>
  withDatabase(async ({ sql }) =>
    cutTo(limit, await listBackups(sql, limit + 1), (rows) =>
      listed(rows, {
        json: ({ id, startedAt, endedAt, host, file, bytes, rowCount, scheduled, encrypted, problem }) => ({
          ...{ id, started_at: startedAt, ended_at: endedAt, host, file, bytes, rows: rowCount },
          ...{ scheduled, encrypted, problem },
        }),
        columns: {
          begun: ({ startedAt }) => startedAt,
          state: stateOf,
          bytes: ({ bytes }) => bytes,
          encrypted: ({ encrypted }) => encrypted,
          scheduled: ({ scheduled }) => scheduled,
          on: ({ host }) => (host === hostname() ? 'this machine' : host),
          file: ({ file }) => file,
        },
        right: ['bytes'],
        none: 'no backups',
      }),
    ),
  )

const stateOf = ({ endedAt, problem }: BackupRecord): string =>
  endedAt ? 'whole' : problem === null ? 'not ended' : `failed: ${problem}`

async function restoreFile(file: string, options: Options): Promise<Answer> {
  const passphrase = await passphraseFor(file, options.passphrase)
  // Nothing is made where the file is no good.
  refuseNewer((await checkBackup(file, passphrase)).schema, file)
  const { prepareDatabase } = await import('../app/prepare-database.ts')
  return await withAccess(
    async (access, config) => {
      const bar = countingBar('{value} rows')
      let restored: Awaited<ReturnType<typeof restore>>
      try {
        restored = await restore(access.owner, file, {
          passphrase,
          onProgress: (rows) => bar.show(rows, rows),
        })
      } finally {
        bar.stop()
      }
      await prepareDatabase(access)
      const { broken, wrong } = await asking(access.serving, async (sql) => ({
        broken: [...(await checkLedger(sql)), ...(await checkSales(sql)), ...(await checkChain(sql))].filter(
          ({ ok }) => !ok,
        ),
        wrong: wrongKey(await keyState(sql, new KeyRing(config))),
      }))
      return restoredAnswer(
        restored,
        file,
        broken.map(({ name }) => name),
        wrong,
      )
    },
    { creates: true },
  )
}

function restoredAnswer(
  { madeAt, rows, lastNumber, waiting, sent }: Awaited<ReturnType<typeof restore>>,
  file: string,
  broken: string[],
  wrong: string | undefined,
): Answer {
  const notes = [
    waiting + sent > 0 &&
      'what was open is sent to no supplier before you have looked whether one has it by now: imeigate review list --kind changed',
    wrong !== undefined &&
      `${wrong}: put the key of the backup's time in its place, or enter the secrets anew`,
    broken.length > 0 && `broken: ${broken.join('; ')}: imeigate ledger check`,
  ].filter((note) => note !== false)
  return {
    json: {
      ...{ file, made_at: madeAt, rows, next_order: lastNumber + 1 },
      ...{
        open_items: { waiting, sent },
        ledger_ok: broken.length === 0,
        broken,
        secrets_open: wrong === undefined,
      },
    },
    text: keyValues([
      ['restored as of', madeAt],
      ['rows', rows],
      ['ledger', broken.length === 0 ? 'checked' : 'broken'],
      ['the next order is', lastNumber + 1],
      ['open items', `${waiting} that waited, ${sent} that were with suppliers`],
    ]),
    ...(notes.length > 0 && { note: notes.join('\n') }),
    bad: broken.length > 0,
  }
}
