import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * This script writes sbom.cdx.json, the packages that run in production as CycloneDX, and says which of them advisories are known against.
 * `npm run supply-chain`. It ends well whatever it finds and whether or not the registry answers: an advisory of today must not fail a
 * commit of last month. With `--strict`, for a person who releases, it fails on advisories, and where nobody could be asked.
 */

const root = fileURLToPath(new URL('../', import.meta.url))
/** MAX_MS bounds each question to npm. */
const MAX_MS = 20_000

/** `productionPackages` gives the names of all packages of a lock file that `npm ci --omit=dev` may install, sorted. */
export function productionPackages(lock: { packages: Record<string, { dev?: boolean }> }): string[] {
  const names = Object.entries(lock.packages).flatMap(([path, { dev }]) => {
    const name = path.split('node_modules/').at(-1)
    return path === '' || dev || name === undefined ? [] : [name]
  })
  return [...new Set(names)].sort()
}

export interface AuditReport {
  /** `known`, undefined: the registry could not be asked. */
  known: number | undefined
  text: string
}

/** `auditReport` reads what `npm audit --json` says. */
export function auditReport(said: string): AuditReport {
  let report: {
    message?: string
    vulnerabilities?: Record<
      string,
      { severity: string; range: string; via: (string | { title: string; url: string })[] }
    >
  }
  try {
    report = JSON.parse(said)
  } catch {
    return { known: undefined, text: 'audit: not available (no answer)' }
  }
  const { message = 'no list of advisories', vulnerabilities } = report
  if (!vulnerabilities) return { known: undefined, text: `audit: not available (${message})` }
  const lines = Object.entries(vulnerabilities).map(([name, { severity, range, via }]) => {
    const why = via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} ${one.url}`))
    return `  ${severity} ${name} ${range}: ${why.join('; ')}`
  })
  return {
    known: lines.length,
    text: [`audit: ${lines.length} packages with known advisories`, ...lines].join('\n'),
  }
}

const npm = (...args: string[]): string =>
  spawnSync('npm', [...args, '--omit=dev', '--fetch-retries=0'], {
    cwd: root,
    encoding: 'utf8',
    timeout: MAX_MS,
    maxBuffer: 100_000_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).stdout ?? ''

if (import.meta.main) {
  const names = productionPackages(JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')))
  process.stdout.write(`packages: ${names.length} in production, listed in docs/packages.md\n`)
  const sbom = npm('sbom', '--package-lock-only', '--sbom-format=cyclonedx')
  if (sbom === '') process.stdout.write('sbom: not available (npm gives none)\n')
  else {
    writeFileSync(`${root}sbom.cdx.json`, sbom)
    process.stdout.write('sbom: sbom.cdx.json (CycloneDX)\n')
  }
  const { known, text } = auditReport(npm('audit', '--json', `--fetch-timeout=${MAX_MS / 2}`))
  process.stdout.write(`${text}\n`)
  if (process.argv.includes('--strict') && known !== 0) process.exitCode = 1
}
