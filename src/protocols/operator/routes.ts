import type { OperatorDeps } from './deps.ts'
import type { Route } from './route.ts'
import { auditRoutes } from './routes/audit.ts'
import { invitationRoutes } from './routes/invitation.ts'
import { meRoutes } from './routes/me.ts'
import { sessionRoutes } from './routes/session.ts'
import { staffRoutes } from './routes/staff.ts'
import { tokenRoutes } from './routes/tokens.ts'

/** `routesOf` gives every route of the operator API, in the order of the document. */
export const routesOf = (deps: OperatorDeps): Route[] =>
  [sessionRoutes, invitationRoutes, meRoutes, staffRoutes, tokenRoutes, auditRoutes].flatMap((make) =>
    make(deps),
  )
