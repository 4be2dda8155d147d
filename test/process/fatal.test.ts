import { afterEach, expect, test } from 'vitest'
import { cleanUp, migratedFolder, postgresEnded, start } from '../support/process.ts'

afterEach(() => cleanUp())

test.each([
  ['a rejection', 'void Promise.reject(new Error("nobody cares"))'],
  ['an exception', 'throw new Error("nobody cares")'],
])(
  '%s that nobody took care of is logged as fatal, stops the services, and ends the process with code 1',
  async (_what, code) => {
    const data = await migratedFolder()
    const fault = `process.on("SIGUSR2", () => { ${code} })`
    const server = start(data, { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` })
    await server.url()
    expect(await server.stop('SIGUSR2')).toEqual({ code: 1, signal: null })
    const log = server.log()
    expect(log.filter(({ level }) => level === 60)).toMatchObject([{ err: { message: 'nobody cares' } }])
    expect(log.at(-1)).toMatchObject({ msg: 'stopped' })
    await postgresEnded(data)
  },
)
