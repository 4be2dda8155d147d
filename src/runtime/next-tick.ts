/** CALLS are as many as V8 needs to compile a function for good; 3,000 are too few. */
const CALLS = 20_000

/**
 * `compileNextTick` has V8 compile process.nextTick. It does so for the way in which it is called first: calls by the database driver while it connects leave code
 * that takes 0.28 us a call instead of 0.04 for as long as the process lives, and a request makes six of them. So a server calls this before it connects.
 */
export function compileNextTick(): void {
  for (let call = 0; call < CALLS; call++) process.nextTick(() => {})
}
