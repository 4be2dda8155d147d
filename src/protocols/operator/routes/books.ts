import { type Static, Type } from 'typebox'
import { type BackupRecord, findBackup, listBackups } from '../../../backup/backups.ts'
import { rebuildSales } from '../../../sales/folder.ts'
import { bodyOf, id, idParams, orNull, text, time } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Installation'

const backup = Type.Object({
  id,
  started_at: time('What it holds is as of this moment, or a little later'),
  ended_at: orNull(time(), 'null: it is being made, has failed, or was cut off'),
  host: Type.String({ description: 'The machine that the file is on' }),
  file: Type.String(),
  bytes: orNull(Type.Number()),
  rows: orNull(Type.Number()),
  scheduled: Type.Boolean(),
  encrypted: Type.Boolean(),
  problem: orNull(Type.String(), 'Why it failed'),
  progress: orNull(
    Type.Object({ rows: Type.Number(), of: Type.Number({ description: 'About so many' }) }),
    'How far it has come, of one that the process is making which answers',
  ),
})

const wireBackup = (
  one: BackupRecord,
  progress?: { done: number; total: number },
): Static<typeof backup> => ({
  ...{ id: one.id, started_at: one.startedAt, ended_at: one.endedAt, host: one.host, file: one.file },
  ...{ bytes: one.bytes, rows: one.rowCount, scheduled: one.scheduled, encrypted: one.encrypted },
  problem: one.problem,
  progress: progress ? { rows: progress.done, of: progress.total } : null,
})

const wireSchedule = ({
  everyHours,
  keep,
  folder,
  isEncrypted,
}: ReturnType<OperatorDeps['installation']['schedule']>) => ({
  ...{ every_hours: everyHours, keep, folder, is_encrypted: isEncrypted },
})

/** `bookRoutes` prove and keep what the installation has: the books, their figures, and backups of everything. */
export const bookRoutes = ({
  installation,
  closing,
  clock,
}: Pick<OperatorDeps, 'installation' | 'closing' | 'clock'>) => [
  route({
    method: 'POST',
    path: '/ledger/check',
    name: 'checkLedger',
    section,
    summary:
      'Recompute every balance and figure, and check every promise and the hash chain; nothing is changed',
    command: 'ledger check',
    access: 'audit.read',
    isApart: true,
    isLong: true,
    body: bodyOf({
      checkpoints: Type.Optional(
        text(100_000, { description: 'Checkpoints that were kept elsewhere, one a line' }),
      ),
    }),
    answer: Type.Object({
      ok: Type.Boolean(),
      checks: Type.Array(
        Type.Object({
          name: Type.String({ description: 'What was promised' }),
          ok: Type.Boolean(),
          rows: Type.Array(Type.Record(Type.String(), Type.Unknown()), {
            description: 'Some of those that break it',
          }),
        }),
      ),
    }),
    refusals: ['invalid_input', 'conflict'],
    handle: ({ work, body: { checkpoints = '' } }) => installation.checkBooks(work, checkpoints),
  }),
  route({
    method: 'POST',
    path: '/ledger/checkpoint',
    name: 'signCheckpoint',
    section,
    summary: 'One signed line that says how far the hash chain has come: keep it where the database is not',
    command: 'ledger checkpoint',
    access: 'audit.read',
    isApart: true,
    answer: Type.Object({ checkpoint: Type.String() }),
    refusals: ['not_found'],
    handle: async ({ desk }) => ({ checkpoint: await installation.checkpoint(desk.change) }),
  }),
  route({
    method: 'POST',
    path: '/figures/rebuild',
    name: 'rebuildFigures',
    section,
    summary: 'Make the figures anew from the whole ledger; they are read as they were meanwhile',
    command: 'report rebuild',
    access: 'settings.edit',
    isApart: true,
    isLong: true,
    body: bodyOf({
      time_zone: Type.Optional(
        text(100, {
          description: 'Where days begin and end, such as Asia/Jakarta; stays as it is when left out',
        }),
      ),
    }),
    answer: Type.Object({ time_zone: Type.String(), entries: Type.Integer(), as_of: time() }),
    refusals: ['invalid_input', 'conflict'],
    handle: async ({ work, body: { time_zone: timeZone } }) => {
      const done = await rebuildSales(work, { timeZone }, clock)
      return { time_zone: done.timeZone, entries: done.entries, as_of: done.asOf }
    },
  }),
  route({
    method: 'GET',
    path: '/backups',
    name: 'listBackups',
    section,
    summary: 'The backups that the database knows of, the newest first',
    command: 'backup list',
    access: 'backups.run',
    query: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }) }),
    answer: Type.Object({
      items: Type.Array(backup),
      schedule: Type.Object(
        {
          every_hours: Type.Integer({ description: '0: none is made by itself' }),
          keep: Type.Integer({ description: 'So many of those that were made by themselves are kept' }),
          folder: Type.String(),
          is_encrypted: Type.Boolean(),
        },
        { description: 'As the settings of the process that answers have it' },
      ),
    }),
    handle: async ({ desk, query: { limit } }) => ({
      schedule: wireSchedule(installation.schedule()),
      items: (await listBackups(desk.read, limit)).map((one) =>
        wireBackup(one, installation.progressOf(one)),
      ),
    }),
  }),
  route({
    method: 'POST',
    path: '/backups',
    name: 'makeBackup',
    section,
    summary: 'Back everything up now, into the folder for backups of the machine that answers',
    description: 'A large database takes minutes: `GET /backups` has it from the beginning on.',
    command: 'backup create',
    access: 'backups.run',
    isApart: true,
    isLong: true,
    answer: backup,
    refusals: ['conflict'],
    handle: async ({ work }) => wireBackup(await findBackup(work, await installation.backUp(work, closing))),
  }),
  route({
    method: 'POST',
    path: '/backups/:id/check',
    name: 'checkBackup',
    section,
    summary: 'Read a backup of the machine that answers to its end: whether it is as it was written',
    command: 'backup check',
    access: 'backups.run',
    isApart: true,
    isLong: true,
    params: idParams,
    answer: Type.Object({
      made_at: time(),
      schema: Type.Integer(),
      rows: Type.Integer(),
      secret_keys: Type.Array(Type.String(), {
        description: 'The marks of the keys that secrets in it open with',
      }),
    }),
    refusals: ['not_found', 'conflict'],
    handle: async ({ desk, params }) => {
      const found = await findBackup(desk.read, params.id)
      const { madeAt, schema, rows, secretKeys } = await installation.checkBackup(found, closing)
      return { made_at: madeAt, schema, rows, secret_keys: secretKeys }
    },
  }),
]
