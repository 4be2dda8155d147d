import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { onSignedOut } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { sessionQuery } from '../kit/session.tsx'
import { NotFound } from './not-found.tsx'

/**
 * Every page of the console, by its path. A page is one folder in `routes/` and is loaded when it is first opened. Filters of a list stand in
 * the URL, under the names of the API.
 */

type Search = Record<string, string>

/** `texts` takes the filters of a list as they stand in the URL. */
const texts = (search: Record<string, unknown>): Search =>
  Object.fromEntries(Object.entries(search).map(([name, value]) => [name, String(value)]))

const root = createRootRoute()

/** `shell` is around the pages of somebody who is signed in. Anybody else signs in first, and then comes to the page that was wanted. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: lazyRouteComponent(() => import('./shell.tsx'), 'Shell'),
  beforeLoad: async ({ location }) => {
    if (await queries.ensureQueryData(sessionQuery)) return
    throw redirect({
      href: `/console/sign-in?back=${encodeURIComponent(`/console${location.href}`)}`,
      reloadDocument: true,
    })
  },
})

const pages = [
  createRoute({
    getParentRoute: () => shell,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/orders' })
    },
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/orders',
    validateSearch: texts,
    component: lazyRouteComponent(() => import('./routes/orders/orders.tsx'), 'Orders'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/orders/$id',
    component: lazyRouteComponent(() => import('./routes/orders/order.tsx'), 'Order'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/inbox',
    validateSearch: texts,
    component: lazyRouteComponent(() => import('./routes/inbox/inbox.tsx'), 'Inbox'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/me',
    component: lazyRouteComponent(() => import('./routes/me/me.tsx'), 'Me'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/prices',
    validateSearch: texts,
    component: lazyRouteComponent(() => import('./routes/prices/prices.tsx'), 'Prices'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/suppliers',
    component: lazyRouteComponent(() => import('./routes/suppliers/suppliers.tsx'), 'Suppliers'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/plans/$id',
    component: lazyRouteComponent(() => import('./routes/plans/plan.tsx'), 'Plan'),
  }),
  createRoute({ getParentRoute: () => shell, path: '$', component: NotFound }),
]

export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren(pages)]),
  basepath: '/console',
  defaultPreload: 'intent',
  scrollRestoration: true,
})

onSignedOut(() => {
  queries.setQueryData(sessionQuery.queryKey, null)
  void router.invalidate()
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
