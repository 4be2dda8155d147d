import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import { onSignedOut } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { Broken } from '../kit/broken.tsx'
import { type Load, late, plainSearch, signedIn, texts } from '../kit/routing.ts'
import { sessionQuery } from '../kit/session.tsx'
import { NotFound } from './not-found.tsx'
import { settingsTabs } from './routes/settings/tabs.ts'

/**
 * Every page of the console, by its path. A page is one folder in `routes/` and is loaded when it is first opened. Filters of a list stand in
 * the URL, under the names of the API.
 */

const root = createRootRoute()

/** `shell` is around the pages of somebody who is signed in. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: late(() => import('./shell.tsx'), 'Shell'),
  beforeLoad: signedIn('/console', sessionQuery),
})

/** `page` is one page: its path, the file that it is loaded from, and the component there. Filters stand in its URL. */
const page = <const Path extends string>(path: Path, load: Load, name: string) =>
  createRoute({ getParentRoute: () => shell, path, validateSearch: texts, component: late(load, name) })

/** `leads` is an address that people know a page by which has another one. What stands in its URL goes with it. */
const leads = <const Path extends string>(
  path: Path,
  to: (params: Record<string, string>) => { to: string; search?: Record<string, string> },
) =>
  createRoute({
    getParentRoute: () => shell,
    path,
    validateSearch: texts,
    beforeLoad: ({ params, search }) => {
      const { to: other, search: more } = to(params as Record<string, string>)
      throw redirect({ to: other, search: { ...search, ...more }, replace: true })
    },
  })

const reseller = page('/resellers/$username', () => import('./routes/resellers/reseller.tsx'), 'ResellerPage')
const resellerTab = <const Path extends string>(path: Path, load: Load, name: string) =>
  createRoute({ getParentRoute: () => reseller, path, validateSearch: texts, component: late(load, name) })

const money = page('/money', () => import('./routes/money/money.tsx'), 'Money')
const moneyTab = <const Path extends string>(path: Path, load: Load, name: string) =>
  createRoute({ getParentRoute: () => money, path, validateSearch: texts, component: late(load, name) })

const loadSettings: Load = () => import('./routes/settings/settings.tsx')
const settings = page('/settings', loadSettings, 'Settings')
const supplier = page('/suppliers/$supplier', () => import('./routes/suppliers/supplier.tsx'), 'SupplierPage')
const supplierTab = <const Path extends string>(path: Path, load: Load, name: string) =>
  createRoute({ getParentRoute: () => supplier, path, validateSearch: texts, component: late(load, name) })

const pages = [
  leads('/', () => ({ to: '/today' })),
  page('/today', () => import('./routes/today/today.tsx'), 'Today'),
  page('/orders', () => import('./routes/orders/orders.tsx'), 'Orders'),
  page('/orders/$id', () => import('./routes/orders/order.tsx'), 'Order'),
  page('/inbox', () => import('./routes/inbox/inbox.tsx'), 'Inbox'),
  page('/resellers', () => import('./routes/resellers/resellers.tsx'), 'Resellers'),
  leads('/resellers/$username/overview', ({ username }) => ({ to: `/resellers/${username}` })),
  leads('/resellers/$username/orders', ({ username = '' }) => ({
    to: '/orders',
    search: { account: username },
  })),
  reseller.addChildren([
    resellerTab('/', () => import('./routes/resellers/overview.tsx'), 'Overview'),
    resellerTab('/keys', () => import('./routes/resellers/keys.tsx'), 'Keys'),
    resellerTab('/money', () => import('./routes/resellers/money.tsx'), 'Money'),
    resellerTab('/people', () => import('./routes/resellers/people.tsx'), 'People'),
    resellerTab('/prices', () => import('./routes/prices/pays.tsx'), 'ResellerPrices'),
    resellerTab('/requests', () => import('./routes/resellers/requests.tsx'), 'Requests'),
    resellerTab('/notes', () => import('./routes/resellers/notes.tsx'), 'NotesPage'),
    resellerTab('/webhooks', () => import('./routes/resellers/webhooks.tsx'), 'Webhooks'),
    resellerTab('/webhooks/$id', () => import('./routes/resellers/webhooks.tsx'), 'WebhookOne'),
  ]),
  money.addChildren([
    moneyTab('/', () => import('./routes/money/money.tsx'), 'FirstOfMoney'),
    moneyTab('/deposits', () => import('./routes/money/deposits.tsx'), 'Deposits'),
    moneyTab('/deposits/$id', () => import('./routes/money/deposit.tsx'), 'Deposit'),
    moneyTab('/stray-payments', () => import('./routes/money/stray-payments.tsx'), 'StrayPayments'),
    moneyTab('/adjustments', () => import('./routes/money/adjustments.tsx'), 'Adjustments'),
    moneyTab('/transfers', () => import('./routes/money/transfers.tsx'), 'Transfers'),
    moneyTab('/statements', () => import('./routes/money/statements.tsx'), 'Statements'),
    moneyTab('/invoices', () => import('./routes/money/invoices.tsx'), 'Invoices'),
    moneyTab('/ledger', () => import('./routes/money/ledger.tsx'), 'Ledger'),
  ]),
  page('/requests/$trace', () => import('./routes/requests/request.tsx'), 'Request'),
  page('/prices', () => import('./routes/prices/prices.tsx'), 'Prices'),
  page('/prices/import', () => import('./routes/prices/prices.tsx'), 'PricesImport'),
  page('/prices/rules', () => import('./routes/prices/rules.tsx'), 'PriceRules'),
  page('/prices/for/$username', () => import('./routes/prices/pays.tsx'), 'PricesFor'),
  leads('/catalogue', () => ({ to: '/catalogue/services' })),
  page('/catalogue/services', () => import('./routes/catalogue/services.tsx'), 'Services'),
  page('/catalogue/services/$service', () => import('./routes/catalogue/service.tsx'), 'ServicePage'),
  page('/catalogue/groups', () => import('./routes/catalogue/groups.tsx'), 'Groups'),
  page('/catalogue/import', () => import('./routes/catalogue/import.tsx'), 'Import'),
  page('/suppliers', () => import('./routes/suppliers/suppliers.tsx'), 'Suppliers'),
  page('/suppliers/new', () => import('./routes/suppliers/new-supplier.tsx'), 'NewSupplier'),
  page('/suppliers/$supplier/import', () => import('./routes/suppliers/import/import.tsx'), 'ImportWizard'),
  leads('/suppliers/$supplier/overview', ({ supplier: id }) => ({ to: `/suppliers/${id}` })),
  supplier.addChildren([
    supplierTab('/', () => import('./routes/suppliers/overview.tsx'), 'Overview'),
    supplierTab('/services', () => import('./routes/suppliers/services.tsx'), 'Services'),
    supplierTab('/routes', () => import('./routes/suppliers/routes.tsx'), 'Routes'),
    supplierTab('/attempts', () => import('./routes/suppliers/attempts.tsx'), 'Attempts'),
    supplierTab('/answers', () => import('./routes/suppliers/answers.tsx'), 'Answers'),
    supplierTab('/top-ups', () => import('./routes/suppliers/top-ups.tsx'), 'TopUps'),
    supplierTab('/lists', () => import('./routes/suppliers/lists.tsx'), 'Lists'),
    supplierTab('/settings', () => import('./routes/suppliers/settings.tsx'), 'Settings'),
  ]),
  page('/news', () => import('./routes/news/news.tsx'), 'News'),
  page('/news/new', () => import('./routes/news/write.tsx'), 'WriteNews'),
  page('/news/$id', () => import('./routes/news/write.tsx'), 'ChangeNews'),
  page('/plans/$id', () => import('./routes/plans/plan.tsx'), 'Plan'),
  ...Object.entries({ sales: 'day', services: 'service', suppliers: 'supplier', resellers: 'account' }).map(
    ([name, by]) => leads(`/reports/${name}`, () => ({ to: '/reports', search: { by } })),
  ),
  page('/reports', () => import('./routes/reports/reports.tsx'), 'Reports'),
  settings.addChildren(
    [{ path: '/', load: loadSettings, name: 'FirstOfSettings' }, ...settingsTabs].map(
      ({ path, load, name }) =>
        createRoute({
          getParentRoute: () => settings,
          path,
          validateSearch: texts,
          component: late(load, name),
        }),
    ),
  ),
  page('/me', () => import('./routes/me/me.tsx'), 'Me'),
  createRoute({ getParentRoute: () => shell, path: '$', component: NotFound }),
]

export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren(pages)]),
  basepath: '/console',
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
  ...plainSearch,
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
