import { readdirSync, readFileSync } from 'node:fs'
import { postmasterOf } from './processes.ts'

/** TICKS of the kernel's clock in a second are the same on every Linux that Node runs on. */
const TICKS = 100

/** CpuTimes are seconds of processor time, in user and kernel mode. */
export interface CpuTimes {
  node: number
  postgres: number
}

/** `cpuTimes` reads what a server and its PostgreSQL have used so far; undefined where there is no /proc. */
export function cpuTimes(serverPid: number, dataFolder: string): CpuTimes | undefined {
  try {
    const postmaster = postmasterOf(dataFolder)
    if (postmaster === undefined) return undefined
    const processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => statOf(Number(name)) ?? [])
    const own = (pid: number): number => processes.find((one) => one.pid === pid)?.seconds ?? 0
    const children = processes.filter(({ parent }) => parent === postmaster)
    return {
      node: own(serverPid),
      postgres: children.reduce((sum, { seconds }) => sum + seconds, own(postmaster)),
    }
  } catch {
    return undefined
  }
}

/** `statOf` reads the fields of proc(5) behind the name, which may hold blanks and brackets itself. */
function statOf(pid: number): { pid: number; parent: number; seconds: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { pid, parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / TICKS }
  } catch {
    return undefined
  }
}
