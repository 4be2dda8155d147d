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
    }),
    handle: async () => {
      const { version, isReady, parts, figures } = await installation.health()
      return {
        version,
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
