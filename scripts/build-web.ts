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
  const { writeApiTypes } = await import('./web-types.ts')
  await writeApiTypes()
  collectWords()
  const { buildInFewFiles } = await import('../web/few-files.ts')
  await buildInFewFiles({ configFile: at('web/vite.config.ts'), logLevel: 'warn' })
  await compress(at('dist/web'))
}

/**
 * `collectWords` collects the English messages, which the pages hold by their numbers only. What another language lacks is shown in English.
 */
function collectWords(): void {
  const lingui = ['extract', '--config', 'web/lingui.config.ts', '--locale', 'en', '--overwrite', '--clean']
  const run = spawnSync(process.execPath, ['node_modules/@lingui/cli/dist/lingui.js', ...lingui], {
    cwd: at(''),
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(`the messages cannot be collected: ${run.stderr || run.stdout}`)
}

const small = promisify(gzip)
const smaller = promisify(brotliCompress)

/** `compress` writes `.gz` and `.br` beside what is text, so that the server compresses nothing while it answers. */
async function compress(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true })
  await Promise.all(
    names
      .filter((name) => /\.(?:js|css|svg)$/.test(name))
      .map(async (name) => {
        const bytes = await readFile(`${folder}/${name}`)
        const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
        await writeFile(`${folder}/${name}.gz`, await small(bytes, { level: 9 }))
        await writeFile(`${folder}/${name}.br`, await smaller(bytes, { params }))
      }),
  )
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
