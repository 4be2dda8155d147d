export interface TurnsTaken {
  /** `longest` is the longest turn, in ms. */
  longest: number
  /** `all` is what all turns took together, in ms. */
  all: number
}

/**
 * `turnsOf` looks at the turns of the event loop while `work` goes on, with all that this process does in them. A turn is as long as its processor
 * time, so that others on the machine do not count, but no longer than it took: the system counts processor time in steps of 4 ms.
 */
export async function turnsOf(work: () => Promise<unknown>): Promise<TurnsTaken> {
  const turns = { longest: 0, all: 0 }
  let isOver = false
  let before = process.threadCpuUsage()
  let began = performance.now()
  const { promise: looked, resolve } = Promise.withResolvers<void>()
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(before)
    const ms = Math.min((user + system) / 1000, performance.now() - began)
    turns.longest = Math.max(turns.longest, ms)
    turns.all += ms
    before = process.threadCpuUsage()
    began = performance.now()
    if (isOver) resolve()
    else setImmediate(look)
  }
  setImmediate(look)
  await work()
  isOver = true
  await looked
  return turns
}

/** `cpuMs` gives the processor time that this thread has spent for some work. */
function cpuMs(work: () => unknown): number {
  const { user, system } = process.threadCpuUsage()
  work()
  const spent = process.threadCpuUsage({ user, system })
  return (spent.user + spent.system) / 1000
}

/** `least` is the least of some runs, or the first one below `enough`: some pay for being compiled, and any may pay for garbage. */
export function least(work: () => unknown, enough = 0): number {
  let spent = Number.POSITIVE_INFINITY
  for (let runs = 0; runs < 5 && spent > enough; runs++) spent = Math.min(spent, cpuMs(work))
  return spent
}

const names = `{${Array.from({ length: 50_000 }, (_, i) => `"${i.toString(36)}":1`)}}`

/** `turnMs` is what 20 ms are on a machine on which JSON.parse takes 12 ms for `names`, so that no bound depends on the machine's speed. */
export function turnMs(): number {
  const TIMES = 8
  const parse = (): void => {
    for (let time = 0; time < TIMES; time++) JSON.parse(names)
  }
  return (least(parse) / TIMES / 12) * 20
}
