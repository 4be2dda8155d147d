import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** Ends the run's output with one line that a script can read: `N passed, N failed`. */
export class ClosingLine implements Reporter {
  #line = '0 passed, 1 failed'

  constructor() {
    process.once('exit', () => void process.stdout.write(`${this.#line}\n`))
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let passed = 0
    // An error outside of any test fails the run, so it counts.
    let failed = unhandled.length
    for (const module of modules) {
      let failedHere = 0
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed++
        if (state === 'failed') failedHere++
      }
      // A file or a hook that broke before or after its tests.
      failed += failedHere === 0 && module.state() === 'failed' ? 1 : failedHere
    }
    this.#line = `${passed} passed, ${failed} failed`
  }
}
