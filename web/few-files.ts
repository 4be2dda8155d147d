import { build, type InlineConfig, mergeConfig, type Rolldown } from 'vite'

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
export async function buildInFewFiles(config: InlineConfig): Promise<void> {
  const { output } = (await build(
    mergeConfig(config, { build: { write: false, minify: false } }),
  )) as Rolldown.RolldownOutput
  const fileOf = filesOfModules(output.filter((one) => one.type === 'chunk'))
  // A group takes along what its modules import, unless a group before it has it: what most applications load comes first.
  const groups = [...new Set(fileOf.values())]
    .sort((one, other) => other.split('-').length - one.split('-').length)
    .map((name, place, { length }) => ({
      name,
      test: (module: string) => fileOf.get(module) === name,
      priority: length - place,
    }))
  await build(mergeConfig(config, { build: { rolldownOptions: { output: { codeSplitting: { groups } } } } }))
}

/** `filesOfModules` gives each module of a first load the name of its file: those of the applications that load it first. */
function filesOfModules(chunks: readonly Rolldown.OutputChunk[]): Map<string, string> {
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
  return new Map(
    [...applicationsOf]
      .filter(([{ facadeModuleId }]) => !facadeModuleId)
      .flatMap(([{ moduleIds }, applications]) => moduleIds.map((id) => [id, applications.join('-')])),
  )
}
