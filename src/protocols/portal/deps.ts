import type { AccountEnrolment } from '../../account-people/account-enrolment.ts'
import type { Registration } from '../../account-people/applications.ts'
import type { PortalSignIns } from '../../account-people/portal-sign-ins.ts'
import type { AccountRole } from '../../account-people/roles.ts'
import type { Catalogue } from '../../catalogue/catalogue.ts'
import type { Config } from '../../config.ts'
import type { Deposits } from '../../deposits/deposits.ts'
import type { IntegrationContext } from '../../integrations/kit/kind.ts'
import type { LedgerReader } from '../../ledger/ledger-reader.ts'
import type { AccountPersonId } from '../../lib/ids.ts'
import type { AccountFeed } from '../../live/account-feed.ts'
import type { OrderChecks } from '../../orders/check/order-checks.ts'
import type { EmailChanges } from '../../people/email-changes.ts'
import type { Passkeys } from '../../people/passkeys.ts'
import type { Passwords } from '../../people/passwords.ts'
import type { SignIns } from '../../people/sign-ins.ts'
import type { Sealer } from '../../secrets/sealer.ts'
import type { SharedResults } from '../../shared-results/shared-results.ts'
import type { ActionThrottle } from '../../throttles/action-throttle.ts'
import type { PeopleDeps } from '../kit/people-endpoint.ts'
import type { PortalDoor } from '../kit/portal-door.ts'

/** PortalDeps is what the routes use of the domain. */
export interface PortalDeps extends PeopleDeps {
  door: PortalDoor
  portalSignIns: PortalSignIns
  signIns: SignIns<AccountPersonId, AccountRole>
  passkeys: Passkeys
  emailChanges: EmailChanges
  passwords: Passwords
  sealer: () => Promise<Sealer>
  enrolment: AccountEnrolment
  registration: Registration
  catalogue: Catalogue
  ledger: Pick<LedgerReader, 'wallet' | 'balanceChanges'>
  deposits: Pick<Deposits, 'quote'>
  orderChecks: OrderChecks
  actionThrottle: Pick<ActionThrottle, 'countTest'>
  sharedResults: Pick<SharedResults, 'share' | 'stop'>
  config: Pick<Config, 'outboundAllow' | 'publicUrl'>
  context: IntegrationContext
  accountFeed: AccountFeed
  /** `closing` is aborted when the server takes no more requests. */
  closing: AbortSignal
}
