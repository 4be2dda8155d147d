#!/usr/bin/env node

// Starts the program with a Node that is new enough. Written for old ones, so that they can say what is missing.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

/** NEEDED is the first Node with argon2, which hashes passwords. */
const NEEDED = [24, 7]
/** LAUNCHED is set for the Node that this file starts, which then has a channel to the one that started it. */
const LAUNCHED = 'IMEIGATE_LAUNCHED'
const near = (path) => fileURLToPath(new URL(path, import.meta.url))

const [major, minor] = process.versions.node.split('.').map(Number)
if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  // Requests wait for a batch, so that whatever a garbage collection meets of them is alive. From that V8 would conclude
  // that all of it lives long, and allocate it where only the slow collections come by.
  setFlagsFromString('--no-allocation-site-pretenuring')
  module.enableCompileCache()
  if (process.env[LAUNCHED] && process.channel) {
    // The channel closes when the launcher ends in whatever way, also by SIGKILL: the program then stops in order.
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
    process.channel.unref()
  }
  // A checkout runs its sources; the npm package has only what was built from them.
  const source = near('../src/main.ts')
  await import(existsSync(source) ? '../src/main.ts' : '../dist/main.js')
} else {
  // In a checkout it is below this package, and beside it where this one is a dependency.
  const newer = ['../node_modules/node/bin/node', '../../node/bin/node'].map(near).find(existsSync)
  if (newer !== undefined) {
    const child = spawn(newer, process.argv.slice(1), {
      env: { ...process.env, [LAUNCHED]: '1' },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('error', ({ message }) => {
      process.stderr.write(`error: ${newer} cannot be started: ${message}\n`)
      process.exit(1)
    })
    child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
  } else {
    process.stderr.write(
      `error: imeigate needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}\n`,
    )
    process.exit(1)
  }
}
