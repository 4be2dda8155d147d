import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import { onSignedOut } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { Broken } from '../kit/broken.tsx'
import { type Load, late, plainSearch, signedIn, texts } from '../kit/routing.ts'
import { NotFound } from './not-found.tsx'
import { sessionQuery } from './session.tsx'

/** Every page of the portal, by its path. A page is one folder in `routes/` and is loaded when it is first opened. */

const root = createRootRoute()

/** `shell` is around the pages of somebody who is signed in. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: late(() => import('./shell.tsx'), 'Shell'),
  beforeLoad: signedIn('/portal', sessionQuery),
})

const page = (path: string, load: Load, name: string) =>
  createRoute({ getParentRoute: () => shell, path, validateSearch: texts, component: late(load, name) })

const pages = [
  page('/', () => import('./routes/home/home.tsx'), 'Home'),
  page('/services', () => import('./routes/services/services.tsx'), 'Services'),
  page('/order/$service', () => import('./routes/order/place.tsx'), 'Place'),
  page('/orders', () => import('./routes/orders/orders.tsx'), 'Orders'),
  page('/money', () => import('./routes/money/money.tsx'), 'Money'),
  page('/money/pay-in', () => import('./routes/money/pay-in.tsx'), 'PayIn'),
  page('/money/pay-in/$id', () => import('./routes/money/deposit.tsx'), 'PayInDeposit'),
  page('/money/transfers', () => import('./routes/money/transfers.tsx'), 'Transfers'),
  page('/money/statements', () => import('./routes/money/statements.tsx'), 'Statements'),
  page('/orders/$id', () => import('./routes/orders/order.tsx'), 'Order'),
  page('/keys', () => import('./routes/keys/keys.tsx'), 'Keys'),
  page('/keys/$id', () => import('./routes/keys/key.tsx'), 'Key'),
  page('/webhooks/$id', () => import('./routes/webhooks/webhook.tsx'), 'Webhook'),
  page('/people', () => import('./routes/people/people.tsx'), 'People'),
  page('/news', () => import('./routes/news/news.tsx'), 'News'),
  page('/me', () => import('./routes/me/me.tsx'), 'Me'),
  page('/requests', () => import('./routes/requests/requests.tsx'), 'Requests'),
  createRoute({ getParentRoute: () => shell, path: '$', component: NotFound }),
]

export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren(pages)]),
  basepath: '/portal',
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
  ...plainSearch,
  scrollRestoration: true,
})

onSignedOut(() => {
  queries.setQueryData(sessionQuery.queryKey, null)
  void router.invalidate()
})
