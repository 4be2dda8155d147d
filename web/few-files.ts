import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'

/** FIRST_LOADS are what each application loads first: its page, and what every page of it needs besides. */
const FIRST_LOADS = {
  gate: ['gate.html'],
  console: ['console.html', 'src/console/shell.tsx'],
  portal: ['portal.html', 'src/portal/shell.tsx'],
}

/**
 * `buildInFewFiles` builds the applications twice. By itself the bundler makes a file of whatever the same pages share: a first load would be a hundred
 * small files, and a browser asks for six at a time. The first build tells what each application loads first; the second puts into one file what is in
 * the same first loads. A later page that needs a piece of another application's first load gets its whole file; nearly all who get there have it
 * already, since they signed in.
 */
export async function buildInFewFiles(configFile: string): Promise<void> {
  const fileOf = filesOfModulesApart(configFile)
  // A group takes along what its modules import, unless a group before it has it: what most applications load comes first.
  const groups = [...new Set(fileOf.values())]
    .sort((one, other) => other.split('-').length - one.split('-').length)
    .map((name, place, { length }) => ({
      name,
      test: (module: string) => fileOf.get(module) === name,
      priority: length - place,
    }))
  const rolldownOptions = { output: { codeSplitting: { groups } } }
  await build({ configFile, logLevel: 'warn', build: { rolldownOptions } })
}

/** `filesOfModulesApart` asks a process of its own: what two builds take of memory would add up in one. */
function filesOfModulesApart(configFile: string): Map<string, string> {
  const args = [fileURLToPath(import.meta.url), configFile]
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (run.status !== 0) throw new Error(`what is loaded first cannot be told: ${run.stderr}`)
  return new Map(JSON.parse(run.stdout))
}

/** `filesOfModules` gives each module of a first load the name of its file: those of the applications that load it first. */
async function filesOfModules(configFile: string): Promise<[module: string, file: string][]> {
  const { output } = (await build({
    ...{ configFile, logLevel: 'silent' },
    build: { write: false, minify: false },
  })) as Rolldown.RolldownOutput
  const chunks = output.filter((one) => one.type === 'chunk')
  const applicationsOf = new Map<Rolldown.OutputChunk, string[]>()
  for (const [application, entries] of Object.entries(FIRST_LOADS)) {
    const loaded = new Set(
      chunks.filter(({ facadeModuleId }) =>
        entries.some((entry) => facadeModuleId?.endsWith(`/web/${entry}`)),
      ),
    )
    for (const { imports } of loaded)
      for (const chunk of chunks) if (imports.includes(chunk.fileName)) loaded.add(chunk)
    for (const chunk of loaded) applicationsOf.set(chunk, [...(applicationsOf.get(chunk) ?? []), application])
  }
  // An entry keeps a file of its own, by whose name it is found.
  return [...applicationsOf]
    .filter(([{ facadeModuleId }]) => !facadeModuleId)
    .flatMap(([{ moduleIds }, applications]) =>
      moduleIds.map((id): [string, string] => [id, applications.join('-')]),
    )
}

if (import.meta.main) process.stdout.write(JSON.stringify(await filesOfModules(process.argv[2] ?? '')))
