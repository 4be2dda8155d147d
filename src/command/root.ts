export const isRoot = (): boolean => process.getuid?.() === 0

/** AGAINST_ROOT is what to do instead of running as root. */
export const AGAINST_ROOT =
  'run it as a user of its own that owns the data folder, so that a fault in it is no fault of the whole machine ' +
  '(docs/operating.md, As a service)'
