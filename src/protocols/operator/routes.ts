import type { OperatorDeps } from './deps.ts'
import type { Route } from './route.ts'
import { accountRoutes } from './routes/accounts.ts'
import { auditRoutes } from './routes/audit.ts'
import { operatorDepositRoutes } from './routes/deposits.ts'
import { invitationRoutes } from './routes/invitation.ts'
import { meRoutes } from './routes/me.ts'
import { operatorOrderRoutes } from './routes/orders.ts'
import { sessionRoutes } from './routes/session.ts'
import { staffRoutes } from './routes/staff.ts'
import { tokenRoutes } from './routes/tokens.ts'

/** `routesOf` gives every route of the operator API, in the order of the document. */
export const routesOf = (deps: OperatorDeps): Route[] =>
  [
    sessionRoutes,
    invitationRoutes,
    meRoutes,
    staffRoutes,
    tokenRoutes,
    auditRoutes,
    accountRoutes,
    operatorOrderRoutes,
    operatorDepositRoutes,
  ].flatMap((make) => make(deps))
