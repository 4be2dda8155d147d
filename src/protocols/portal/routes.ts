import { emailRoutes } from '../kit/email-routes.ts'
import { withFile } from '../kit/list-files.ts'
import { ownRoutes } from '../kit/own-routes.ts'
import { passkeyRoutes } from '../kit/passkey-routes.ts'
import type { PortalDeps } from './deps.ts'
import type { Route } from './route.ts'
import { entryRoutes } from './routes/entry.ts'
import { eventRoutes } from './routes/events.ts'
import { keyRoutes } from './routes/keys.ts'
import { meRoutes } from './routes/me.ts'
import { moneyRoutes } from './routes/money.ts'
import { newsRoutes } from './routes/news.ts'
import { orderCheckRoutes } from './routes/order-checks.ts'
import { orderRoutes } from './routes/orders.ts'
import { peopleRoutes } from './routes/people.ts'
import { serviceRoutes } from './routes/services.ts'
import { sessionRoutes } from './routes/session.ts'
import { webhookRoutes } from './routes/webhooks.ts'

/** `routesOf` gives every route of the portal, in the order of the document. */
export const routesOf = (deps: PortalDeps): Route[] =>
  [
    sessionRoutes,
    entryRoutes,
    meRoutes,
    ownRoutes,
    emailRoutes,
    passkeyRoutes,
    peopleRoutes,
    serviceRoutes,
    orderCheckRoutes,
    orderRoutes,
    moneyRoutes,
    keyRoutes,
    webhookRoutes,
    newsRoutes,
    eventRoutes,
  ]
    .flatMap((make): Route[] => make({ ...deps, cookie: 'portal' }))
    .flatMap((route) => withFile(route, { isOwn: ({ role }) => role !== 'viewer' }))
