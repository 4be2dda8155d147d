/**
 * `longestTurn` gives the most processor time, in ms, that one turn of the event loop has taken while `work` went on: others on the machine do not
 * count, and all that this process does does.
 */
export async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let isOver = false
  let before = process.threadCpuUsage()
  const { promise: looked, resolve } = Promise.withResolvers<void>()
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(before)
    longest = Math.max(longest, (user + system) / 1000)
    before = process.threadCpuUsage()
    if (isOver) resolve()
    else setImmediate(look)
  }
  setImmediate(look)
  await work()
  isOver = true
  await looked
  return longest
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
export const turnMs = (): number => (least(() => JSON.parse(names)) * 20) / 12
