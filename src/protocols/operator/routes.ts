import { emailRoutes } from '../kit/email-routes.ts'
import { withFile } from '../kit/list-files.ts'
import { ownRoutes } from '../kit/own-routes.ts'
import { passkeyRoutes } from '../kit/passkey-routes.ts'
import type { OperatorDeps } from './deps.ts'
import type { Route } from './route.ts'
import { accountPeopleRoutes } from './routes/account-people.ts'
import { accountRoutes } from './routes/accounts.ts'
import { announcementRoutes } from './routes/announcements.ts'
import { answerRoutes } from './routes/answers.ts'
import { auditRoutes } from './routes/audit.ts'
import { bookRoutes } from './routes/books.ts'
import { brandRoutes } from './routes/brand.ts'
import { depositProviderRoutes } from './routes/deposit-providers.ts'
import { operatorDepositRoutes } from './routes/deposits.ts'
import { eventRoutes } from './routes/events.ts'
import { formerOrderRoutes } from './routes/former-orders.ts'
import { inboxRoutes } from './routes/inbox.ts'
import { incomingPaymentRoutes } from './routes/incoming-payments.ts'
import { installationRoutes } from './routes/installation.ts'
import { invitationRoutes } from './routes/invitation.ts'
import { invoiceRoutes } from './routes/invoices.ts'
import { keyRoutes } from './routes/keys.ts'
import { manualRoutes } from './routes/manual.ts'
import { meRoutes } from './routes/me.ts'
import { messageRoutes } from './routes/messages.ts'
import { moneyRoutes } from './routes/money.ts'
import { moneyListRoutes } from './routes/money-lists.ts'
import { noticeRoutes } from './routes/notices.ts'
import { orderActionRoutes } from './routes/order-actions.ts'
import { orderPageRoutes } from './routes/order-page.ts'
import { operatorOrderRoutes } from './routes/orders.ts'
import { planRoutes } from './routes/plans.ts'
import { priceGridRoutes } from './routes/price-grid.ts'
import { priceGroupRoutes } from './routes/price-groups.ts'
import { priceHistoryRoutes } from './routes/price-history.ts'
import { priceRoutes } from './routes/prices.ts'
import { rateRoutes } from './routes/rates.ts'
import { reportRoutes } from './routes/reports.ts'
import { requestRoutes } from './routes/requests.ts'
import { reviewRoutes } from './routes/reviews.ts'
import { searchRoutes } from './routes/search.ts'
import { serviceRoutes } from './routes/services.ts'
import { sessionRoutes } from './routes/session.ts'
import { staffRoutes } from './routes/staff.ts'
import { supplierFigureRoutes } from './routes/supplier-figures.ts'
import { supplierListRoutes } from './routes/supplier-lists.ts'
import { supplierRouteRoutes } from './routes/supplier-routes.ts'
import { supplierTopUpRoutes } from './routes/supplier-top-ups.ts'
import { supplierWorkRoutes } from './routes/supplier-work.ts'
import { supplierRoutes } from './routes/suppliers.ts'
import { todayRoutes } from './routes/today.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { viewRoutes } from './routes/views.ts'
import { webhookRoutes } from './routes/webhooks.ts'

/** `routesOf` gives every route of the operator API, in the order of the document. */
export const routesOf = (deps: OperatorDeps): Route[] =>
  [
    sessionRoutes,
    invitationRoutes,
    meRoutes,
    ownRoutes,
    viewRoutes,
    emailRoutes,
    passkeyRoutes,
    staffRoutes,
    tokenRoutes,
    auditRoutes,
    accountRoutes,
    accountPeopleRoutes,
    announcementRoutes,
    priceGroupRoutes,
    keyRoutes,
    requestRoutes,
    searchRoutes,
    operatorOrderRoutes,
    orderPageRoutes,
    formerOrderRoutes,
    orderActionRoutes,
    inboxRoutes,
    reviewRoutes,
    answerRoutes,
    manualRoutes,
    moneyRoutes,
    moneyListRoutes,
    operatorDepositRoutes,
    depositProviderRoutes,
    incomingPaymentRoutes,
    invoiceRoutes,
    brandRoutes,
    serviceRoutes,
    priceHistoryRoutes,
    supplierRoutes,
    supplierListRoutes,
    supplierRouteRoutes,
    supplierWorkRoutes,
    supplierTopUpRoutes,
    webhookRoutes,
    noticeRoutes,
    messageRoutes,
    installationRoutes,
    bookRoutes,
    eventRoutes,
    todayRoutes,
    reportRoutes,
    supplierFigureRoutes,
    priceRoutes,
    priceGridRoutes,
    rateRoutes,
    planRoutes,
  ]
    .flatMap((make): Route[] => make({ ...deps, cookie: 'console' }))
    .flatMap((route) => withFile(route))
