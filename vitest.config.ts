import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { ClosingLine } from './test/support/closing-line.ts'
import { LongestFirst } from './test/support/longest-first.ts'
import { PATIENCE_MS } from './test/support/until.ts'

const seed = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31))

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    reporters: ['default', new ClosingLine(seed)],
    provide: { seed },
    sequence: { sequencer: LongestFirst },
    // The program's modules are loaded once by each worker, not once by each file.
    isolate: false,
    // Many tests wait most of the time: for leases, for processes that start.
    maxWorkers: Math.max(3, availableParallelism() + 1),
    // A slow machine is no failure: these only end what hangs, after its own waits, which say more, had their time.
    testTimeout: 2 * PATIENCE_MS,
    hookTimeout: 2 * PATIENCE_MS,
    teardownTimeout: PATIENCE_MS,
    expect: { poll: { timeout: PATIENCE_MS } },
    slowTestThreshold: 5_000,
  },
})
