import type { RestDeps } from './deps.ts'
import type { Route } from './route.ts'
import { depositRoutes } from './routes/deposits.ts'
import { meRoutes } from './routes/me.ts'
import { orderEventRoutes } from './routes/order-events.ts'
import { orderItemRoutes } from './routes/order-items.ts'
import { orderRequestRoutes } from './routes/order-requests.ts'
import { orderRoutes } from './routes/orders.ts'
import { requestRoutes } from './routes/requests.ts'
import { serviceRoutes } from './routes/services.ts'
import { statementRoutes } from './routes/statements.ts'
import { transactionRoutes } from './routes/transactions.ts'
import { transferRoutes } from './routes/transfers.ts'
import { walletRoutes } from './routes/wallet.ts'

/** `routesOf` gives every route of the REST API, in the order of the document. */
export const routesOf = (deps: RestDeps): Route[] =>
  [
    meRoutes,
    serviceRoutes,
    orderRoutes,
    orderItemRoutes,
    orderRequestRoutes,
    orderEventRoutes,
    requestRoutes,
    walletRoutes,
    transactionRoutes,
    transferRoutes,
    depositRoutes,
    statementRoutes,
  ].flatMap((make) => make(deps))
