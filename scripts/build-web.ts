import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/**
 * This script makes the web application in `dist/web`: the types of the two APIs, the pages, and beside each file its compressed forms.
 * `npm run build:web`. npm runs it as `prepare`, too, with `--if-possible`: without the development packages there is nothing to build with.
 */

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

async function build(): Promise<void> {
  // Whoever starts it, a test for example: what is built is what people get.
  process.env['NODE_ENV'] = 'production'
  run('the types of the APIs cannot be made', ['scripts/web-types.ts'])
  // What another language lacks is shown in English, whose messages the pages hold by their numbers only.
  const english = ['--locale', 'en', '--overwrite', '--clean']
  const extract = ['extract', '--config', 'web/lingui.config.ts', ...english]
  run('the messages cannot be collected', ['node_modules/@lingui/cli/dist/lingui.js', ...extract])
  const { buildInFewFiles } = await import('../web/few-files.ts')
  await buildInFewFiles(at('web/vite.config.ts'))
  await compress(at('dist/web'))
}

/** `run` runs a step in a process of its own, whose memory is free again before the next one: a small machine builds, too. */
function run(failure: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: at(''), encoding: 'utf8' })
  if (status !== 0) throw new Error(`${failure}: ${stderr || stdout}`)
}

const small = promisify(gzip)
const smaller = promisify(brotliCompress)

/** `compress` writes `.gz` and `.br` beside what is text, so that the server compresses nothing while it answers. */
async function compress(folder: string): Promise<void> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/\.(?:js|css|svg)$/.test(name)) continue
    // One file after the other: what compresses takes tens of megabytes for each.
    const bytes = await readFile(`${folder}/${name}`)
    const [gz, br] = await Promise.all([small(bytes, { level: 9 }), smaller(bytes, { params })])
    await Promise.all([writeFile(`${folder}/${name}.gz`, gz), writeFile(`${folder}/${name}.br`, br)])
  }
}

if (process.argv.includes('--if-possible')) {
  // An installation must not fail for the sake of pages without which the server runs.
  try {
    if (existsSync(at('node_modules/vite/package.json'))) await build()
    else process.stdout.write('The pages are not built: the development packages are not installed.\n')
  } catch (error) {
    process.stdout.write(
      `The pages could not be built (npm run build:web tries again): ${(error as Error).message}\n`,
    )
  }
} else {
  await build()
}
