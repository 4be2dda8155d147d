import type { Logger } from 'pino'
import { AccountEnrolment } from '../account-people/account-enrolment.ts'
import { Registration } from '../account-people/applications.ts'
import { accountPersonMailJobs } from '../account-people/mail-jobs.ts'
import { PortalSignIns } from '../account-people/portal-sign-ins.ts'
import type { AccountRole } from '../account-people/roles.ts'
import { accountPeopleJobs } from '../account-people/sweep.ts'
import { Authenticator } from '../accounts/authenticator.ts'
import { LiveAnswers } from '../accounts/live-answers.ts'
import { ChainWriter } from '../audit/chain-writer.ts'
import { backupJobs } from '../backup/schedule.ts'
import { BrandReader } from '../brand/shown-brand.ts'
import { Catalogue } from '../catalogue/catalogue.ts'
import type { Config } from '../config.ts'
import type { DatabaseAccess } from '../database/access.ts'
import { AccountReads } from '../database/account-reads.ts'
import { ChangeNotifier } from '../database/change-notifier.ts'
import { isConnectionLoss, isTemporary } from '../database/connection-loss.ts'
import { openPool, type Sql } from '../database/database.ts'
import { installationId } from '../database/installation.ts'
import { proveSchema } from '../database/migrate.ts'
import { OperatorPools } from '../database/operator-pools.ts'
import { pools } from '../database/pools.ts'
import { StuckSessions } from '../database/stuck-sessions.ts'
import { Deposits } from '../deposits/deposits.ts'
import { GatewayWebhooks } from '../deposits/gateway-webhooks.ts'
import { Gateways } from '../deposits/gateways.ts'
import { depositJobs } from '../deposits/schedule.ts'
import { Fulfilment } from '../fulfilment/fulfilment.ts'
import { fulfilmentGauges } from '../fulfilment/gauges.ts'
import { exchangeJobs } from '../fulfilment/outcome/exchanges.ts'
import { OrderRequests } from '../fulfilment/people/order-requests.ts'
import { Idempotency } from '../idempotency/idempotency.ts'
import { KeySweeper } from '../idempotency/key-sweeper.ts'
import { Jobs } from '../jobs/jobs.ts'
import { lostJobs, releaseLost } from '../jobs/lost-jobs.ts'
import { KeptSettings } from '../kept-settings/kept-settings.ts'
import { LedgerReader } from '../ledger/ledger-reader.ts'
import { Transfers } from '../ledger/transfers.ts'
import type { AccountPersonId, StaffId, SupplierId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { AccountFeed } from '../live/account-feed.ts'
import { LiveRights } from '../live/live-rights.ts'
import { OperatorFeed } from '../live/operator-feed.ts'
import { noticeJobs } from '../notices/jobs.ts'
import { OrderChecks } from '../orders/check/order-checks.ts'
import { OrderFeed } from '../orders/follow/order-feed.ts'
import { FormerOrders } from '../orders/former/former-orders.ts'
import { Placement } from '../orders/place/placement.ts'
import { longOpenJobs } from '../orders/read/long-open.ts'
import { OrderReader } from '../orders/read/order-reader.ts'
import { GuardedOutbound } from '../outbound/guarded.ts'
import { HeardOutbound } from '../outbound/recorded.ts'
import { Attempts } from '../people/attempts.ts'
import { EmailChanges } from '../people/email-changes.ts'
import { personMailJobs } from '../people/mail-jobs.ts'
import { Passkeys } from '../people/passkeys.ts'
import type { Passwords } from '../people/passwords.ts'
import { relyingPartyOf } from '../people/relying-party.ts'
import { SignIns } from '../people/sign-ins.ts'
import { signInJobs } from '../people/sweep.ts'
import { planJobs } from '../plans/jobs.ts'
import { priceJobs } from '../price-book/jobs.ts'
import { StatusReader } from '../public-status/public-status.ts'
import { Refusals } from '../request-log/refusals.ts'
import { RequestLog } from '../request-log/request-log.ts'
import { requestJobs } from '../request-log/sweep.ts'
import { Presence } from '../runtime/presence.ts'
import type { RuntimeService, ServiceGroup } from '../runtime/runtime-service.ts'
import { SalesFolder } from '../sales/folder.ts'
import { keyState, wrongKey } from '../secret-keys/key-state.ts'
import { findSigner } from '../secret-keys/sealing.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { SharedResults } from '../shared-results/shared-results.ts'
import { Enrolment } from '../staff/enrolment.ts'
import { FirstBusiness } from '../staff/first-business.ts'
import type { Role } from '../staff/roles.ts'
import { Statements } from '../statements/statements.ts'
import { balanceJobs } from '../suppliers/balances.ts'
import { SupplierDirectory } from '../suppliers/directory.ts'
import { connectSupplierById } from '../suppliers/suppliers.ts'
import { topUpJobs } from '../suppliers/top-up-jobs.ts'
import { syncJobs } from '../sync/schedule.ts'
import { ActionThrottle } from '../throttles/action-throttle.ts'
import { FailedLogins } from '../throttles/failed-logins.ts'
import { MissThrottle } from '../throttles/miss-throttle.ts'
import { SharedBuckets } from '../throttles/shared-buckets.ts'
import { Deliverer } from '../webhooks/deliverer.ts'
import { webhookGauges } from '../webhooks/gauges.ts'
import { findDueEvents, webhookJobs } from '../webhooks/jobs.ts'
import { ClockWatch } from './clock-watch.ts'
import { Preparation } from './preparation.ts'
import { thisProcess } from './processes.ts'
import type { Part } from './readiness.ts'
import { sizeJobs } from './size-job.ts'

/** Given is what a process gets from outside. */
export interface Given {
  config: Config
  access: DatabaseAccess
  log: Logger
  clock: Clock
  passwords: Passwords
}

/** `openDatabase` makes the pools and the notifier; nothing is connected yet. */
export function openDatabase({ config, access: { serving: address } }: Given) {
  const presence = new Presence({ isLost: isConnectionLoss, isTemporary })
  return {
    presence,
    cold: openPool(address, pools.cold),
    long: openPool(address, pools.long),
    hot: openPool(address, pools.hot),
    lookups: openPool(address, pools.lookups),
    reads: new AccountReads(address),
    desks: new OperatorPools(address),
    placement: openPool(address, pools.placement),
    lockedPlacement: Array.from({ length: config.placementQueues }, () =>
      openPool(address, pools.lockedPlacement),
    ),
    notifier: new ChangeNotifier(address, presence, thisProcess(config)),
  }
}

export type Database = ReturnType<typeof openDatabase>

/** `databaseServices` lists what all else stands on: the pools, the migration, and the notifications of changes. */
export function databaseServices(
  { access, log }: Given,
  { cold, long, hot, lookups, reads, desks, placement, lockedPlacement, notifier }: Database,
): ServiceGroup[] {
  return [
    [
      {
        name: 'pools',
        stop: () =>
          Promise.all(
            [cold, long, hot, lookups, reads, desks, placement, ...lockedPlacement].map((pool) =>
              pool.end({ timeout: 2 }),
            ),
          ),
      },
    ],
    [new Preparation(access, log)],
    [notifier],
  ]
}

/**
 * `partsOf` lists what `GET /readyz` looks at: the schema, each pool, and where this process places orders all that an order needs: the keys,
 * the catalogue and each queue.
 */
export const partsOf = (components: Components): Part[] => {
  const { cold, long, hot, lookups, reads, desks, authenticator, catalogue, placement, config } = components
  const placing: Part[] = [
    { name: 'keys', prove: () => authenticator.prove() },
    { name: 'catalogue', prove: async () => void (await catalogue.current()) },
    ...placement.queues,
  ]
  return [
    { name: 'database', prove: () => proveSchema(cold) },
    ...Object.entries({ long, hot, lookups, reads: reads.whole, ...desks.all }).map(([name, pool]) => ({
      name: `connections: ${name}`,
      prove: async () => void (await pool`select 1`),
    })),
    ...(config.role === 'worker' ? [] : placing),
  ]
}

/** `tellWrongKey` says at the start what would otherwise be seen of one supplier or webhook after the other. */
async function tellWrongKey(sql: Sql, keys: KeyRing, log: Logger): Promise<void> {
  try {
    const wrong = wrongKey(await keyState(sql, keys))
    if (wrong !== undefined) log.error(`${wrong}: what has them cannot be used`)
  } catch (error) {
    log.error({ err: error }, 'the secret key cannot be read')
  }
}

/**
 * `compose` builds the parts and wires them; nothing runs before its service is started. The database must have been migrated: the
 * installation's id is read from it. `countRefusal` counts a refused request.
 */
export async function compose(
  { config, access, log, clock, passwords }: Given,
  database: Database,
  countRefusal: (protocol: string, reason: string) => void,
) {
  const { cold: sql, long, hot, lookups, reads, notifier } = database
  const works = config.role !== 'api'
  const context = {
    outbound: new GuardedOutbound({ allow: config.outboundAllow }),
    clock,
    installation: await installationId(sql),
  }
  const keys = new KeyRing(config)
  const sealer = (): Promise<Sealer> => keys.opener()

  await tellWrongKey(sql, keys, log)

  const signingIn = { sql, sealer, passwords, clock }
  const attempts = new Attempts(sql, clock, 'staff')
  const relyingParty = relyingPartyOf(config.publicUrl)
  const passkeys = new Passkeys({ sql, circle: 'staff', attempts, clock, relyingParty })
  const ofAccounts = {
    circle: 'account_people' as const,
    attempts: new Attempts(sql, clock, 'account_people'),
    ...{ sql, sealer, passwords, clock },
  }
  const accountPasskeys = new Passkeys({ ...ofAccounts, relyingParty })
  const accountSignIns = new SignIns<AccountPersonId, AccountRole>({
    ...ofAccounts,
    passkeys: accountPasskeys,
  })
  const buckets = new SharedBuckets({ sql, log })
  const failedLogins = new FailedLogins(buckets, { perMinute: config.failedLoginsPerMinute })
  const authenticator = new Authenticator({ sql, notifier, clock, failedLogins })
  const liveAnswers = new LiveAnswers(authenticator, notifier)
  const settings = new KeptSettings({ sql: lookups, notifier, rules: config.kept })
  const catalogue = new Catalogue(sql, notifier, config)
  const directory = new SupplierDirectory({
    ...{ sql, notifier, sealer, log },
    context: { ...context, outbound: new HeardOutbound(context.outbound) },
  })
  const fulfilment = new Fulfilment({
    sql: hot,
    directory,
    clock,
    log,
    exchangeLength: config.exchanges.length,
  })
  // Workers in other processes learn of new orders by the database.
  const placement = new Placement({
    connections: { common: database.placement, locked: database.lockedPlacement },
    clock,
    onPlaced: () => (works ? fulfilment.wake() : notifier.publish('orders')),
  })
  notifier.onInvalidate('orders', () => fulfilment.wake())
  notifier.onInvalidate('order_ids', () => placement.forgetIds())
  const sweeper = new KeySweeper(long, clock, log)
  const on = config.logsRequests
  const refusals = new Refusals({ sql, log, keeps: on, count: countRefusal })
  const requests = new RequestLog({ sql, reads, log, on, refusals })
  const orders = new OrderReader(lookups, catalogue, { reads })
  const orderFeed = new OrderFeed(lookups)
  const formerOrders = new FormerOrders(lookups)
  const ledger = new LedgerReader(sql, reads)
  const orderRequests = new OrderRequests(hot, clock)
  const deliverer = new Deliverer({ sql: hot, outbound: context.outbound, sealer, orders, clock, log })
  const gateways = new Gateways({ context, sealer })
  const paying = { sql, gateways, clock, log }
  const open = async (id: SupplierId) => connectSupplierById(sql, await sealer(), context, id)
  const queue = new Jobs({
    address: access.serving,
    log,
    tasks: {
      ...syncJobs({ sql: long, open, clock, log }),
      ...balanceJobs({
        sql: long,
        open,
        everyMinutes: async () => (await settings.now()).supplierBalanceMinutes,
        clock,
        log,
      }),
      ...topUpJobs({ sql: long, sealer, context, log }),
      ...requestJobs({ sql: long, clock, days: async () => (await settings.now()).requestLogDays }),
      ...longOpenJobs({ sql: long, clock }),
      ...exchangeJobs({ sql: long, clock, days: config.exchanges.days }),
      ...depositJobs(paying),
      ...priceJobs({ sql: long }),
      ...planJobs({ sql: long, clock, log }),
      ...noticeJobs({
        sql: long,
        sealer,
        context,
        log,
        digestTimes: async () => (await settings.now()).digestTimes,
      }),
      ...webhookJobs({ sql, deliverer, clock }),
      ...signInJobs({ sql: long, clock }),
      ...accountPeopleJobs({ sql: long, clock }),
      ...accountPersonMailJobs({ sql: long, sealer, context, clock, publicUrl: config.publicUrl }),
      ...personMailJobs({ sql: long, sealer, context, publicUrl: config.publicUrl }),
      ...lostJobs(sql),
      ...sizeJobs({ sql: long, clock }),
      ...backupJobs({ sql, address: access.serving, ...config.backups, clock, log }),
    },
  })

  const jobs: RuntimeService = {
    name: 'jobs',
    start: async () => {
      await releaseLost(sql)
      await queue.start()
      await findDueEvents(sql)
    },
    stop: () => queue.stop(),
  }

  return {
    ...database,
    clockWatch: new ClockWatch({ sql: long, clock, log, jobs: queue }),
    chain: new ChainWriter({ sql, clock, log, signer: () => findSigner(sql, keys) }),
    sales: new SalesFolder({ sql: long, clock, log }),
    stuckSessions: new StuckSessions(sql, log),
    config,
    settings,
    access,
    context,
    clock,
    buckets,
    actionThrottle: new ActionThrottle(buckets),
    publicStatus: new StatusReader(lookups, clock),
    brand: new BrandReader(lookups, notifier),
    sharedResults: new SharedResults({ sql: lookups, key: () => keys.own(), clock }),
    sealer,
    passwords,
    passkeys,
    signIns: new SignIns<StaffId, Role>({ ...signingIn, circle: 'staff', passkeys, attempts }),
    enrolment: new Enrolment({ ...signingIn, business: new FirstBusiness(settings, clock) }),
    emailChanges: new EmailChanges({ sql, circle: 'staff', attempts, clock, publicUrl: config.publicUrl }),
    accountPeople: {
      signIns: accountSignIns,
      passkeys: accountPasskeys,
      portalSignIns: new PortalSignIns({ sql, signIns: accountSignIns, clock }),
      enrolment: new AccountEnrolment(ofAccounts),
      emailChanges: new EmailChanges({ ...ofAccounts, publicUrl: config.publicUrl }),
      registration: new Registration({
        ...ofAccounts,
        shown: async () => {
          const { registration, portalWelcome, portalTerms } = await settings.now()
          return { registration, welcome: portalWelcome, terms: portalTerms }
        },
      }),
    },
    orderChecks: new OrderChecks({ sql: lookups, catalogue, ledger, clock }),
    authenticator,
    liveAnswers,
    catalogue,
    directory,
    gateways,
    deliverer,
    jobs,
    fulfilment,
    sweeper,
    placement,
    refusals,
    requests,
    orderRequests,
    deposits: new Deposits(paying, reads),
    gatewayWebhooks: new GatewayWebhooks(paying, notifier),
    orders,
    formerOrders,
    orderFeed,
    accountFeed: new AccountFeed(lookups, orderFeed),
    operatorFeed: new OperatorFeed(database.desks.reading()),
    liveRights: new LiveRights({ notifier, clock, log }),
    ledger,
    transfers: new Transfers({
      reads,
      minimums: config.transferMinimums,
      misses: new MissThrottle(buckets),
    }),
    statements: new Statements({ reads, ledger, clock }),
    idempotency: new Idempotency(sql, clock),
    gauges: [...fulfilmentGauges(sql), ...webhookGauges(sql)],
  }
}

export type Components = Awaited<ReturnType<typeof compose>>
