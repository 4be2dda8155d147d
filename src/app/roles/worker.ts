import type { RuntimeService } from '../../runtime/runtime-service.ts'
import type { Components } from '../compose.ts'

/** `workerRole` lists what gets orders done and jobs run, in the order of its start. */
export function workerRole({ services }: Components): RuntimeService[] {
  return [services.jobs, services.fulfilment, services.sweeper]
}
