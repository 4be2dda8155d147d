import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
  redirect,
} from '@tanstack/react-router'
import { onSignedOut } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { NotFound } from './not-found.tsx'
import { sessionQuery } from './session.tsx'

/** Every page of the portal, by its path. A page is one folder in `routes/` and is loaded when it is first opened. */

const root = createRootRoute()

/** `shell` is around the pages of somebody who is signed in. Anybody else signs in first, and then comes to the page that was wanted. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: lazyRouteComponent(() => import('./shell.tsx'), 'Shell'),
  beforeLoad: async ({ location }) => {
    if (await queries.ensureQueryData(sessionQuery)) return
    throw redirect({
      href: `/portal/sign-in?back=${encodeURIComponent(`/portal${location.href}`)}`,
      reloadDocument: true,
    })
  },
})

const page = (path: string, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => shell,
    path,
    validateSearch: (search: Record<string, unknown>): Record<string, string> =>
      Object.fromEntries(Object.entries(search).map(([key, value]) => [key, String(value)])),
    component: lazyRouteComponent(load as () => Promise<Record<string, RouteComponent>>, name),
  })

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
  page('/me', () => import('./routes/me/me.tsx'), 'Me'),
  page('/requests', () => import('./routes/requests/requests.tsx'), 'Requests'),
  createRoute({ getParentRoute: () => shell, path: '$', component: NotFound }),
]

export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren(pages)]),
  basepath: '/portal',
  defaultPreload: 'intent',
  scrollRestoration: true,
})

onSignedOut(() => {
  queries.setQueryData(sessionQuery.queryKey, null)
  void router.invalidate()
})
