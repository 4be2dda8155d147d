import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { imeigate } from './command.ts'
import { shell } from './documented.ts'
import { temporaryFolder } from './process.ts'

/**
 * `Terminal` runs the commands of a page in a shell, in a folder of their own. Its `imeigate` runs inside this process, because one of its
 * own costs about half a second a command.
 */
export class Terminal {
  /** `folder` is where the commands run. */
  readonly folder = temporaryFolder()
  readonly #home = process.cwd()
  readonly #settings: () => Record<string, string>
  readonly #env: Record<string, string>
  /** `#commands` takes from the shell the number of arguments, the arguments and what stands on stdin. */
  readonly #commands = createServer(async (request, response) => {
    const [count, ...texts] = (await text(request)).split('\0')
    const stdin = texts.splice(Number(count)).join('\0')
    const { output } = await imeigate(texts, this.#settings(), stdin)
    response.end(output)
  })

  /** `settings` are those of each imeigate, `env` what the shell knows besides. */
  constructor(settings: () => Record<string, string>, env: Record<string, string> = {}) {
    this.#settings = settings
    this.#env = env
  }

  async open(): Promise<void> {
    process.chdir(this.folder)
    await once(this.#commands.listen(0, '127.0.0.1'), 'listening')
  }

  close(): void {
    process.chdir(this.#home)
    this.#commands.close()
  }

  /** `run` gives what each command says; `prelude` goes before them. */
  run(commands: string[], prelude = ''): Promise<string[]> {
    const { PATH = '', HOME = '' } = process.env
    const { port } = this.#commands.address() as AddressInfo
    const command = `imeigate() { { printf '%s\\0' "$#" "$@"; cat; } | curl -s --data-binary @- 127.0.0.1:${port}; }`
    const env = { PATH, HOME, ...this.#env }
    return shell(`exec < /dev/null\n${command}\n${prelude}`, commands, { cwd: this.folder, env })
  }
}
