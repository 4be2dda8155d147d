/**
 * `randomNumbers` gives numbers from 0 to below 1, the same ones for the same seed (mulberry32). Tests take the run's seed by
 * `inject('seed')`: TEST_SEED, or a new one, which a run that fails prints.
 */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
