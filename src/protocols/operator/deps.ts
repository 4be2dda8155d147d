import type { PortalSignIns } from '../../account-people/portal-sign-ins.ts'
import type { AccountRole } from '../../account-people/roles.ts'
import type { Admission } from '../../admission/admission.ts'
import type { BackupRecord } from '../../backup/backups.ts'
import type { Config, LiveSettings, ShownSetting } from '../../config.ts'
import type { IntegrationContext } from '../../integrations/kit/kind.ts'
import type { KeptSettings } from '../../kept-settings/kept-settings.ts'
import type { AccountPersonId, StaffId } from '../../lib/ids.ts'
import type { Clock } from '../../lib/time.ts'
import type { LiveRights } from '../../live/live-rights.ts'
import type { OperatorFeed } from '../../live/operator-feed.ts'
import type { Desk, Desks } from '../../people/desk.ts'
import type { EmailChanges } from '../../people/email-changes.ts'
import type { Passkeys } from '../../people/passkeys.ts'
import type { Passwords } from '../../people/passwords.ts'
import type { SignIns } from '../../people/sign-ins.ts'
import type { RequestLog } from '../../request-log/request-log.ts'
import type { Presence } from '../../runtime/presence.ts'
import type { Sealer } from '../../secrets/sealer.ts'
import type { SharedResults } from '../../shared-results/shared-results.ts'
import type { Enrolment } from '../../staff/enrolment.ts'
import type { Role } from '../../staff/roles.ts'
import type { ActorThrottle } from '../../throttles/actor-throttle.ts'

/** CheckedBackup is what a backup says of itself. */
interface CheckedBackup {
  rows: number
  madeAt: Date
  schema: number
  /** `secretKeys` are the marks of the keys that secrets in it open with. */
  secretKeys: string[]
}

/** Installation tells how the installation is. */
export interface Installation {
  /** `checkBooks` proves ledger, figures and hash chain, up to checkpoints that were kept elsewhere, one a line. Throws invalid_input. */
  checkBooks(
    sql: Desk['change'],
    checkpoints: string,
  ): Promise<{ ok: boolean; checks: { name: string; ok: boolean; rows: Record<string, unknown>[] }[] }>
  /** `checkpoint` signs how far the hash chain has come. Throws not_found. */
  checkpoint(sql: Desk['change']): Promise<string>
  /** `backUp` makes a backup into the folder for them, as the settings say, and gives its id. */
  backUp(sql: Desk['change'], signal: AbortSignal): Promise<number>
  /** `schedule` says how often backups are made by themselves; 0: never. */
  schedule(): { everyHours: number; keep: number; folder: string; isEncrypted: boolean }
  /** `progressOf` says how far a backup has come, in rows, that this process is making. */
  progressOf(record: BackupRecord): { done: number; total: number } | undefined
  /** `checkBackup` reads a backup of this machine to its end. Throws conflict where it is not to be had here, or is not as it was written. */
  checkBackup(record: BackupRecord, signal: AbortSignal): Promise<CheckedBackup>
  /** `settings` gives every setting as it holds with what the staff has made. */
  settings: (kept: ReadonlyMap<string, string>) => ShownSetting[]
  /** `doctor` looks for what would keep the server from working. */
  doctor(): Promise<{ name: string; status: 'ok' | 'warn' | 'fail'; detail: string; advice: string }[]>
  health(): Promise<{
    version: string
    startedAt: Date
    isReady: boolean
    parts: readonly { part: string; ready: boolean; since: string; why?: string }[]
    figures: readonly Figure[]
    database: {
      bytes: number
      tables: { name: string; bytes: number }[]
      growth: { days: number; bytes: number | null }[]
    }
    processes: {
      host: string
      pid: number
      role: string
      version: string
      startedAt: Date
      isThis: boolean
    }[]
    faults: { at: Date; via: string; action: string; outcome: string; requestId: string }[]
    statements: { text: string; times: number; totalMs: number; longestMs: number }[]
    jobs: { waiting: number; underWay: number; late: number; givenUp: number; oldestDueAt: Date | null }
  }>
}

interface Figure {
  name: string
  help: string
  values: readonly { labels: Partial<Record<string, string>>; value: number }[]
}

/** OperatorDeps is what the routes use of the domain. */
export interface OperatorDeps {
  admission: Pick<Admission, 'readBody'>
  desks: Desks
  signIns: SignIns<StaffId, Role>
  enrolment: Enrolment
  /** `accountPeople` are the people of accounts. */
  accountPeople: {
    signIns: Pick<SignIns<AccountPersonId, AccountRole>, 'list' | 'end'>
    portalSignIns: Pick<PortalSignIns, 'beginView'>
  }
  passkeys: Passkeys
  emailChanges: EmailChanges
  passwords: Passwords
  config: Pick<Config, 'outboundAllow'>
  sealer: () => Promise<Sealer>
  throttle: ActorThrottle
  requests: Pick<RequestLog, 'note'>
  clock: Clock
  /** `count` counts an answered request: its route's name and its outcome (ok, or the error code). */
  count: (route: string, outcome: string) => void
  operatorFeed: Pick<OperatorFeed, 'here' | 'after' | 'openStream'>
  liveRights: Pick<LiveRights, 'watch'>
  /** `closing` is aborted when the server takes no more requests. */
  closing: AbortSignal
  installation: Installation
  settings: KeptSettings<LiveSettings>
  sharedResults: Pick<SharedResults, 'share' | 'stop'>
  /** `mayCall` tells whether an address may call the API at all. */
  mayCall: (address: string) => boolean
  /** `publicUrl` is where people reach the server; undefined: nobody said. */
  publicUrl: string | undefined
  /** `context` is what integrations are called with, and `outboundAllow` the networks that may be called beside public ones. */
  context: IntegrationContext
  outboundAllow: string[]
  presence: Pick<Presence, 'through' | 'reading' | 'isTemporary'>
}
