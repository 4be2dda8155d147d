import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** NO_CHROMIUM stands in the name of tests that did not run because there is no browser. */
export const NO_CHROMIUM = '(no Chromium)'

/** `ClosingLine` ends the run's output with one line that a script can read: `N passed, N failed`. A failed run says its seed before. */
export class ClosingLine implements Reporter {
  readonly #seed: number
  #passed = 0
  #failed = 0
  #withoutBrowser = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  onInit(): void {
    process.once('exit', (code) => {
      // A run that broke before its first test has failed as well.
      const failed = code !== 0 && this.#failed === 0 ? 1 : this.#failed
      if (failed > 0) process.stdout.write(`TEST_SEED=${this.#seed} makes the same random choices again\n`)
      if (this.#withoutBrowser > 0) {
        process.stdout.write(
          `${this.#withoutBrowser} tests of pages did not run: there is no Chromium (apt-get install chromium-headless-shell, or name one in CHROMIUM)\n`,
        )
      }
      process.stdout.write(`${this.#passed} passed, ${failed} failed\n`)
    })
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
        if (test.fullName.includes(NO_CHROMIUM)) this.#withoutBrowser++
      }
      // A file or a hook that broke before or after its tests.
      failed += failedHere === 0 && module.state() === 'failed' ? 1 : failedHere
    }
    this.#passed = passed
    this.#failed = failed
  }
}
