import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import {
  childrenOf,
  cleanUp,
  isRunning,
  migratedFolder,
  Program,
  postgresEnded,
  program,
  temporaryFolder,
} from '../support/process.ts'

/** `oldNode` is a Node of this machine that is too old for imeigate, if there is one. */
const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find(
    (node) =>
      existsSync(node) &&
      Number(/\d+/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[0]) < 24,
  )

const nodes: [which: string, node: string][] = [['the right Node', process.execPath]]
if (oldNode !== undefined) nodes.push(['an older Node', oldNode])

describe.for(nodes)('bin/imeigate.js with %s', ([which, node]) => {
  afterEach(() => cleanUp())

  test('runs by way of a symbolic link, as npm makes them', async () => {
    const link = join(temporaryFolder(), 'imeigate')
    symlinkSync(program, link)
    const version = new Program(['--version'], {}, { node, file: link, cwd: '/' })
    expect(await version.ended).toEqual({ code: 0, signal: null })
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('ends with the exit code of the program', async () => {
    const wrong = new Program(['nonsense'], {}, { node })
    expect(await wrong.ended).toEqual({ code: 2, signal: null })
    expect(wrong.stderr).toBe("error: unknown command 'nonsense'\n")
  })

  test('hands on a SIGTERM, and waits until all is stopped', async () => {
    const data = await migratedFolder()
    const server = new Program(['start'], { IMEIGATE_DATA: data }, { node })
    await server.url()
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(server.stdout).toContain('"msg":"stopped"')
    await postgresEnded(data)
  })

  test('stops in order on the Ctrl-C that a terminal gives to all of its processes', async () => {
    const data = await migratedFolder()
    const server = new Program(['start'], { IMEIGATE_DATA: data }, { node, detached: true })
    await server.url()
    process.kill(-(server.child.pid as number), 'SIGINT')
    expect(await server.ended).toEqual({ code: 0, signal: null })
    await postgresEnded(data)
  })

  test.runIf(which === 'an older Node')(
    'finds the newer one beside it, where it is a dependency',
    async () => {
      const modules = join(temporaryFolder(), 'node_modules')
      const own = join(modules, 'imeigate')
      cpSync(join(program, '..'), join(own, 'bin'), { recursive: true })
      mkdirSync(join(own, 'dist'))
      writeFileSync(join(own, 'package.json'), '{"type":"module"}')
      writeFileSync(join(own, 'dist/main.js'), 'process.stdout.write(process.version)')
      mkdirSync(join(modules, 'node/bin'), { recursive: true })
      symlinkSync(process.execPath, join(modules, 'node/bin/node'))
      const started = new Program(['start'], {}, { node, file: join(own, 'bin/imeigate.js') })
      expect(await started.ended).toEqual({ code: 0, signal: null })
      expect(started.stdout).toBe(process.version)
    },
  )

  test.runIf(which === 'an older Node')('tells of a program that was killed', async () => {
    const server = new Program(['start'], { IMEIGATE_DATA: await migratedFolder() }, { node })
    await server.url()
    const [inner] = childrenOf(server.child.pid as number)
    process.kill(inner as number, 'SIGKILL')
    expect(await server.ended).toEqual({ code: 137, signal: null })
  })

  test.runIf(which === 'an older Node')('takes the program with it when it is killed itself', async () => {
    const data = await migratedFolder()
    const server = new Program(['start'], { IMEIGATE_DATA: data }, { node })
    await server.url()
    const [inner] = childrenOf(server.child.pid as number)
    server.child.kill('SIGKILL')
    // Its output is the program's, too: it is closed once both have ended.
    expect(await server.ended).toEqual({ code: null, signal: 'SIGKILL' })
    expect(server.stdout).toContain('"msg":"stopped"')
    // A process closes its output a moment before it is gone.
    await expect.poll(() => isRunning(inner as number)).toBe(false)
    await postgresEnded(data)
  })
})
