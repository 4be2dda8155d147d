import { hostname } from 'node:os'
import type { Config } from '../config.ts'
import type { Sql } from '../database/database.ts'
import { selectProcesses } from '../database/diagnosis.ts'
import { version } from '../version.ts'

/** ProcessOf is a process of the installation, on whichever machine. */
export interface ProcessOf {
  host: string
  pid: number
  role: string
  version: string
  startedAt: Date
  /** `isThis`: it is the one that answers. */
  isThis: boolean
}

/** `thisProcess` is what this process says of itself to the others. */
export const thisProcess = ({ role }: Pick<Config, 'role'>) => ({
  ...{ host: hostname(), pid: process.pid, role, version },
  since: Math.round(Date.now() - process.uptime() * 1000),
})

/** `listProcesses` gives those that are connected now. */
export async function listProcesses(sql: Sql): Promise<ProcessOf[]> {
  const found = await selectProcesses(sql)
  return found.map(({ host, pid, role, version: of, since }) => ({
    ...{ host: String(host), pid: Number(pid), role: String(role), version: String(of) },
    startedAt: new Date(Number(since)),
    isThis: host === hostname() && pid === process.pid,
  }))
}
