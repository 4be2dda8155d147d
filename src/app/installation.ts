import type { Installation } from '../protocols/operator/deps.ts'
import { version } from '../version.ts'
import type { Components } from './compose.ts'
import { symptomsOfDatabase, symptomsOfFolder, symptomsOfMachine } from './doctor.ts'
import type { Metrics } from './metrics.ts'
import type { Readiness } from './readiness.ts'

/** `installationOf` tells operators how the installation is. */
export const installationOf = (
  { config, access, long }: Pick<Components, 'config' | 'access' | 'long'>,
  metrics: Metrics,
  readiness: Readiness,
): Installation => ({
  settings: config.shown,
  doctor: async () => [
    ...symptomsOfMachine(),
    ...symptomsOfFolder(config),
    ...(await symptomsOfDatabase(long, access, config)),
  ],
  health: async () => {
    const { isReady, parts } = await readiness.now()
    return { version, isReady, parts, figures: await metrics.figures() }
  },
})
