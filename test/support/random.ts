/** `randomNumbers` gives the same numbers for the same seed. Tests take the run's seed by `inject('seed')`: TEST_SEED, or a new one, which a run that fails prints. */
export { randomNumbers } from '../../src/lib/random.ts'
