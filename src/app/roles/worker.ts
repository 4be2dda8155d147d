import type { RuntimeService } from '../../runtime/runtime-service.ts'
import type { Components } from '../compose.ts'

/** `workerRole` lists what gets orders done and jobs run, in the order of its start. */
export const workerRole = ({
  jobs,
  fulfilment,
  sweeper,
  chain,
  sales,
  stuckSessions,
  clockWatch,
}: Components): RuntimeService[] => [jobs, fulfilment, sweeper, chain, sales, stuckSessions, clockWatch]
