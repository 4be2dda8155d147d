import { completeSettings } from '../../../src/integrations/kit/kind.ts'
import { cekceir } from '../../../src/integrations/suppliers/cekceir/index.ts'
import { dhru } from '../../../src/integrations/suppliers/dhru/index.ts'
import { http } from '../../../src/integrations/suppliers/http/index.ts'
import type { SupplierKind } from '../../../src/integrations/suppliers/supplier-kind.ts'
import { orThrow } from '../../../src/lib/fault.ts'
import type { SupplierId } from '../../../src/lib/ids.ts'
import type { Clock } from '../../../src/lib/time.ts'
import { GuardedOutbound } from '../../../src/outbound/guarded.ts'
import type { Outbound } from '../../../src/outbound/outbound.ts'
import type { ConnectedSupplier } from '../../../src/suppliers/directory.ts'
import { TortureCekceir } from './cekceir.ts'
import { TortureDhru } from './dhru.ts'
import { TortureHttp } from './http.ts'
import { FRONTS } from './mishaps.ts'
import type { Handler } from './server.ts'
import type { Truth } from './truth.ts'

/** `TIMEOUT_MS` is how long a request waits for its answer at most; who answers later is late. */
const TIMEOUT_MS = 1_200

/** `PanelKind` is a panel with what its supplier is configured with. */
export interface PanelKind {
  kind: SupplierKind
  settings: Record<string, unknown>
  secrets: Record<string, string>
  handle: Handler
}
/** `panelsOf` gives panels of each kind of supplier, with settings of each sort; the last is where others' refusals go. */
export function panelsOf({
  truth,
  seed,
  clock,
}: {
  truth: Truth
  seed: number
  clock: Clock
}): Map<string, PanelKind> {
  const dhruAt = (
    name: string,
    traits: Partial<ConstructorParameters<typeof TortureDhru>[0]>,
    settings: Record<string, unknown> = {},
  ): [string, PanelKind] => [
    name,
    {
      kind: dhru,
      settings: {
        username: 'shop',
        recheck: [600, 7_200],
        front_statuses: traits.fronts ?? [],
        base64_results: traits.isBase64 ?? false,
        ...settings,
      },
      secrets: { apiaccesskey: 'SECRET-KEY' },
      handle: new TortureDhru(
        { name, honours: 'nothing', fronts: [], isBase64: false, ...traits },
        truth,
        seed,
      ).handle,
    },
  ]

  const httpAt = (
    name: string,
    template: string,
    fronts: number[],
    settings: Record<string, unknown> = {},
  ): [string, PanelKind] => [
    name,
    {
      kind: http,
      settings: {
        template,
        recheck: template === 'order-poll' ? [600] : [],
        front_statuses: fronts,
        ...settings,
      },
      secrets: { key: 'the-key' },
      handle: new TortureHttp(name, fronts, truth, seed).handle,
    },
  ]
  const cekceirAt = (name: string, idempotency: boolean, fronts: number[]): [string, PanelKind] => [
    name,
    {
      kind: cekceir,
      settings: { idempotency, items_per_order: 8, front_statuses: fronts },
      secrets: { api_key: 'id7.very-secret' },
      handle: new TortureCekceir({ name, honoursKeys: idempotency, fronts, clock }, truth, seed).handle,
    },
  ]
  return new Map<string, PanelKind>([
    dhruAt('single', { fronts: FRONTS }),
    dhruAt('bulk', {}, { bulk: 12, bulk_status: 'on' }),
    dhruAt('base64', { isBase64: true, fronts: [403] }, { bulk: 5, parameters_one: 'json' }),
    dhruAt('keys', { honours: 'keys' }),
    dhruAt('strict', { honours: 'duplicates' }, { refuses_duplicates: true }),
    httpAt('poll', 'order-poll', [403, 404, 415]),
    httpAt('instant', 'instant-get', [], { repeatable: true }),
    cekceirAt('rest', false, [403, 404, 415, 503]),
    cekceirAt('keyed', true, []),
    dhruAt('backup', {}),
  ])
}

/** `connected` connects to a panel as workers do. */
export function connected(
  where: { id: SupplierId; name: string; url: string },
  { kind, settings, secrets }: PanelKind,
  clock: Clock,
  truth: Truth,
): ConnectedSupplier {
  const complete = orThrow(completeSettings(kind, settings))
  const config = { ...where, kind: kind.kind, currency: 'USD', settings: complete, secrets }
  const supplier = kind.connect(config, { outbound: hasty, clock, installation: 'torture' })
  const ask = supplier.ask.bind(supplier)
  supplier.ask = async (tasks, signal) => {
    const outcomes = await ask(tasks, signal)
    for (const [index, { input }] of tasks.entries()) {
      const { kind } = outcomes[index] ?? {}
      if (kind === 'success' || kind === 'refused')
        truth.hear(where.name, input, kind === 'success' ? 'delivered' : 'rejected')
    }
    return outcomes
  }
  return {
    config,
    supplier,
    enabled: true,
    concurrency: 40,
    ratePerSecond: null,
    showsReasons: true,
    keepsExchanges: false,
  }
}

/** `hasty` is the real way out, with less patience. */
const hasty: Outbound = {
  open(limits) {
    const client = new GuardedOutbound({ allow: ['127.0.0.0/8'] }).open(limits)
    return {
      ...client,
      request: (one) => client.request({ ...one, totalTimeoutMs: TIMEOUT_MS }),
      stream: (one) => client.stream(one),
      close: () => client.close(),
    }
  },
}
