import { type Static, Type } from 'typebox'
import { findPriceGroup } from '../../../accounts/accounts.ts'
import { keepable } from '../../../config.ts'
import { findKeptSettings, settingsVersion } from '../../../kept-settings/kept-settings.ts'
import { changesOf, oneOf, orNull, time, version } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Installation'
const access = 'settings.read'

const settingsAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      value: orNull(Type.String(), 'null: it is not set, or is a secret'),
      is_set: Type.Boolean({ description: 'false: the default holds' }),
      is_secret: Type.Boolean(),
      source: oneOf(['environment', 'console', 'default'], { description: 'Who made it' }),
      is_editable: Type.Boolean({ description: 'true: `PATCH /settings` takes it' }),
      help: Type.String({ description: 'In Markdown' }),
    }),
  ),
  version,
})

export const installationRoutes = ({
  installation,
  settings,
}: Pick<OperatorDeps, 'installation' | 'settings'>) => {
  const wireSettings = (kept: ReadonlyMap<string, string>): Static<typeof settingsAnswer> => ({
    items: installation.settings(kept).map(({ name, value, isSet, isSecret, source, isEditable, help }) => ({
      ...{ name, value, is_set: isSet, is_secret: isSecret, source, is_editable: isEditable, help },
    })),
    version: settingsVersion(kept),
  })
  return [
    route({
      method: 'GET',
      path: '/doctor',
      name: 'examine',
      section,
      summary: 'What would keep the server from working, or orders from being done',
      command: 'doctor',
      access,
      answer: Type.Object({
        ok: Type.Boolean({ description: 'Nothing fails' }),
        checks: Type.Array(
          Type.Object({
            name: Type.String(),
            status: oneOf(['ok', 'warn', 'fail']),
            detail: Type.String(),
            advice: Type.String({ description: 'What to do; empty where there is nothing' }),
          }),
        ),
      }),
      handle: async () => {
        const checks = await installation.doctor()
        return { ok: checks.every(({ status }) => status !== 'fail'), checks }
      },
    }),
    route({
      method: 'GET',
      path: '/health',
      name: 'getHealth',
      section,
      summary: 'Whether this process can do its work, its figures, and how the installation is',
      description:
        'Figures are up to ten seconds old; `GET /metrics` has more. Times of statements are those that this process has measured since it began, with ' +
        'what they waited for; what PostgreSQL itself has measured is in `pg_stat_statements`, where that is set up.',
      access,
      answer: Type.Object({
        version: Type.String(),
        started_at: time(),
        is_ready: Type.Boolean(),
        parts: Type.Array(
          Type.Object({
            part: Type.String(),
            ready: Type.Boolean(),
            since: time(),
            why: orNull(Type.String(), 'What keeps it from working'),
          }),
        ),
        figures: Type.Array(
          Type.Object({
            name: Type.String(),
            help: Type.String(),
            values: Type.Array(
              Type.Object({ labels: Type.Record(Type.String(), Type.String()), value: Type.Number() }),
            ),
          }),
        ),
        database: Type.Object({
          bytes: Type.Number(),
          tables: Type.Array(Type.Object({ name: Type.String(), bytes: Type.Number() }), {
            description: 'The largest, with their indexes',
          }),
          growth: Type.Array(Type.Object({ days: Type.Integer(), bytes: orNull(Type.Number()) }), {
            description: 'By how much more it takes than so many days ago; null: that is not known yet',
          }),
        }),
        processes: Type.Array(
          Type.Object({
            host: Type.String(),
            pid: Type.Integer(),
            role: Type.String(),
            version: Type.String(),
            started_at: time(),
            is_this: Type.Boolean({ description: 'It is the one that answers' }),
          }),
          { description: 'Those that are connected to the database now' },
        ),
        faults: Type.Array(
          Type.Object({
            at: time(),
            protocol: Type.String(),
            action: Type.String(),
            outcome: Type.String(),
            trace_id: Type.String(),
          }),
          { description: 'The last 20 requests that failed by our fault, the newest first' },
        ),
        statements: Type.Array(
          Type.Object({
            text: Type.String({ description: 'Without values' }),
            times: Type.Integer(),
            total_ms: Type.Number(),
            longest_ms: Type.Number(),
          }),
          { description: 'The ten that have taken the most time of all' },
        ),
        jobs: Type.Object(
          {
            waiting: Type.Integer(),
            under_way: Type.Integer(),
            late: Type.Integer({ description: 'Due for more than a minute, and nobody has taken them' }),
            given_up: Type.Integer({ description: 'Tried as often as they may be' }),
            oldest_due_at: orNull(time(), 'null: none is due'),
          },
          { description: 'The queue of what is done behind requests' },
        ),
      }),
      handle: async () => {
        const { version, startedAt, isReady, parts, figures, database, jobs, ...more } =
          await installation.health()
        return {
          ...{ version, started_at: startedAt, database },
          processes: more.processes.map(({ startedAt: since, isThis, ...one }) => ({
            ...{ ...one, started_at: since, is_this: isThis },
          })),
          faults: more.faults.map(({ via, requestId, ...one }) => ({
            ...{ ...one, protocol: via, trace_id: requestId },
          })),
          statements: more.statements.map(({ text, times, totalMs, longestMs }) => ({
            ...{ text, times, total_ms: Math.round(totalMs), longest_ms: Math.round(longestMs) },
          })),
          jobs: {
            ...{ waiting: jobs.waiting, under_way: jobs.underWay, late: jobs.late, given_up: jobs.givenUp },
            oldest_due_at: jobs.oldestDueAt,
          },
          is_ready: isReady,
          parts: parts.map(({ part, ready, since, why = null }) => ({
            part,
            ready,
            since: new Date(since),
            why,
          })),
          figures: figures.map(({ name, help, values }) => ({
            ...{ name, help },
            values: values.map(({ labels, value }) => ({ labels: labels as Record<string, string>, value })),
          })),
        }
      },
    }),
    route({
      method: 'GET',
      path: '/settings',
      name: 'listSettings',
      section,
      summary:
        'Every setting of this process; they are made by its environment, or by its file of settings; some of them else by the staff',
      access,
      answer: settingsAnswer,
      handle: async ({ desk }) => wireSettings(await findKeptSettings(desk.read)),
    }),
    route({
      method: 'PATCH',
      path: '/settings',
      name: 'changeSettings',
      section,
      summary: 'Make settings that the environment does not make; null: as by default',
      description: 'Every process has them within a second.',
      access: 'settings.edit',
      needsVersion: true,
      body: changesOf(
        Object.fromEntries(
          keepable.map(({ name, maxLength }) => [
            name,
            orNull(Type.String({ maxLength }), 'null: as by default'),
          ]),
        ),
      ),
      // It says what a role may do.
      further: [{ field: 'READ_ONLY_SEES_COSTS', permission: 'staff.edit' }],
      answer: settingsAnswer,
      refusals: ['invalid_input'],
      handle: async ({ desk, body, version: seen }) => {
        const changes = body as Record<string, string | null>
        const group = changes['NEW_ACCOUNT_GROUP']
        if (group) await findPriceGroup(desk.read, group, 'NEW_ACCOUNT_GROUP')
        return wireSettings(await settings.set(desk.change, changes, seen))
      },
    }),
  ]
}
