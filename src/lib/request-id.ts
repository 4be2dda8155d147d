import { randomBytes } from 'node:crypto'

/**
 * `requestIds` makes the ids of one process's requests: UUIDs of version 7, which begin with the time, so that a request is found by its id
 * without an index of ids. Behind the time stand random bits of the process, and a count.
 */
export function requestIds(now: () => number = Date.now): () => string {
  const random = randomBytes(8).toString('hex')
  const variant = '89ab'[Number.parseInt(random.charAt(3), 16) & 3]
  const process = `-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 13)}`
  // Many more than come in a millisecond, after which it may begin anew.
  let count = 0
  let at = Number.NaN
  let time = ''
  return () => {
    const ms = now()
    if (ms !== at) {
      at = ms
      const hex = ms.toString(16).padStart(12, '0')
      time = `${hex.slice(0, 8)}-${hex.slice(8)}`
    }
    count = (count + 1) & 0xff_ffff
    return time + process + count.toString(16).padStart(6, '0')
  }
}

/** `timeOfRequest` gives when the request of an id came in; undefined: the id is not one of ours. */
export function timeOfRequest(id: string): Date | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(id)
  return match ? new Date(Number.parseInt(`${match[1]}${match[2]}`, 16)) : undefined
}
