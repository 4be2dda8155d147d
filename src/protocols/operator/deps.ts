import type { Admission } from '../../admission/admission.ts'
import type { Clock } from '../../lib/time.ts'
import type { RequestLog } from '../../request-log/request-log.ts'
import type { Presence } from '../../runtime/presence.ts'
import type { Sealer } from '../../secrets/sealer.ts'
import type { Desks } from '../../staff/desk.ts'
import type { Enrolment } from '../../staff/enrolment.ts'
import type { Passwords } from '../../staff/passwords.ts'
import type { SignIns } from '../../staff/sign-ins.ts'
import type { OperatorThrottle } from '../../throttles/operator-throttle.ts'

/** OperatorDeps is what the routes use of the domain. */
export interface OperatorDeps {
  admission: Pick<Admission, 'readBody'>
  desks: Desks
  signIns: SignIns
  enrolment: Enrolment
  passwords: Passwords
  sealer: () => Promise<Sealer>
  throttle: OperatorThrottle
  requests: Pick<RequestLog, 'note'>
  clock: Clock
  /** `count` counts an answered request: its route's name and its outcome (ok, or the error code). */
  count: (route: string, outcome: string) => void
  presence: Pick<Presence, 'through' | 'reading' | 'isTemporary'>
}
