import { Type } from 'typebox'
import { oneOf, orNull, time } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Installation'
const access = 'settings.read'

export const installationRoutes = ({ installation }: Pick<OperatorDeps, 'installation'>) => [
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
    summary: 'Whether this process can do its work, and its figures',
    description: 'Figures are up to ten seconds old; `GET /metrics` has more.',
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
      }),
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
      const { version, startedAt, isReady, parts, figures, database, jobs } = await installation.health()
      return {
        ...{ version, started_at: startedAt, database },
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
    summary: 'Every setting of this process; they are given by its environment, or by its file of settings',
    access,
    answer: Type.Object({
      items: Type.Array(
        Type.Object({
          name: Type.String(),
          value: orNull(Type.String(), 'null: it is not set, or is a secret'),
          is_set: Type.Boolean({ description: 'false: the default holds' }),
          is_secret: Type.Boolean(),
          help: Type.String({ description: 'In Markdown' }),
        }),
      ),
    }),
    handle: () => ({
      items: installation.settings.map(({ name, value, isSet, isSecret, help }) => ({
        ...{ name, value, is_set: isSet, is_secret: isSecret, help },
      })),
    }),
  }),
]
