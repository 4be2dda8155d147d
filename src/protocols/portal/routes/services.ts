import { type Static, Type } from 'typebox'
import { isOpen } from '../../../catalogue/opening-hours.ts'
import type { Offer } from '../../../catalogue/snapshot.ts'
import { bound, timeOf } from '../../../contract/page.ts'
import { MAX_ID, type ServiceId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { filterInTurns } from '../../../runtime/pace.ts'
import { FIGURE_DAYS, serviceFigures } from '../../../sales/service-figures.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { amount, id, orNull, pageOf, pageQuery, text, time } from '../../kit/shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Services'
const access = 'account.read'

const LATELY = `in the last ${FIGURE_DAYS} days, as it went for everybody`

const row = Type.Object({
  id,
  code: Type.String(),
  name: Type.String(),
  group: Type.String(),
  unit_price: amount(),
  currency: Type.String(),
  delivery_time: Type.String({ description: 'As the operator says it; may be empty' }),
  median_seconds: orNull(
    Type.Number(),
    `Half of what was delivered took so long at most, ${LATELY}; null: nothing was`,
  ),
  success_rate: orNull(Type.Number(), `Of what has ended, from 0 to 1, ${LATELY}; null: nothing has`),
  closed: Type.Boolean({ description: 'It takes no orders at this hour, by its opening hours' }),
  changed_at: time('When it, or a price that the account has, was changed last'),
})

export const serviceRoutes = ({ catalogue, clock }: Pick<PortalDeps, 'catalogue' | 'clock'>) => [
  route({
    method: 'GET',
    path: '/services',
    name: 'listServices',
    exported: 'services',
    section,
    summary: 'What the account can buy, by id, with its prices and how long it took lately',
    access,
    query: Type.Object({
      ...pageQuery,
      limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
      service: Type.Optional(text(64, { description: 'Its id or code' })),
      q: Type.Optional(text(255, { description: 'A part of its code, name or group' })),
      group: Type.Optional(text(255, { description: 'The whole name of a group' })),
      changed_since: bound('Changed then or later: a time with its zone, or a day in UTC'),
    }),
    answer: pageOf(row),
    handle: async ({ desk, caller: { account }, query: { limit, cursor, ...given } }) => {
      const after = readCursor(cursor, given, MAX_ID) ?? 0
      const snapshot = await catalogue.current()
      const timesOf = snapshot.timesFor(account)
      const one = given.service === undefined ? undefined : snapshot.find(given.service)
      const part = given.q?.trim().toLowerCase()
      const since = given.changed_since === undefined ? undefined : timeOf(given.changed_since)
      const fits = ({ service }: Offer): boolean =>
        service.id > after &&
        (given.service === undefined || service === one) &&
        (given.group === undefined || service.group === given.group) &&
        (part === undefined ||
          [service.code, service.name, service.group].some((name) => name.toLowerCase().includes(part))) &&
        (since === undefined || timesOf(service).updatedAt >= since)
      const found = (await filterInTurns(await snapshot.listed(account, 'portal'), fits)).sort(
        (a, b) => a.service.id - b.service.id,
      )
      const shown = found.slice(0, limit)
      const ids: ServiceId[] = shown.map(({ service }) => service.id)
      const figures = await serviceFigures(desk.read, clock.now(), ids)
      const items = shown.map(({ service, price }): Static<typeof row> => {
        const figure = figures.get(service.id)
        return {
          ...{ id: service.id, code: service.code, name: service.name, group: service.group },
          ...{ unit_price: formatMicros(price.unitPrice, account.currency), currency: account.currency },
          delivery_time: service.deliveryTime,
          ...{ median_seconds: figure?.medianSeconds ?? null, success_rate: figure?.successRate ?? null },
          closed: !isOpen(service, clock.now()),
          changed_at: timesOf(service).updatedAt,
        }
      })
      const next = found.length > limit ? ids.at(-1) : undefined
      return { page: { items, next_cursor: cursorText(next, given) } }
    },
  }),
  route({
    method: 'GET',
    path: '/service-groups',
    name: 'listServiceGroups',
    section,
    summary: 'The groups of what the account can buy, in the order of the operator',
    access,
    answer: Type.Object({ items: Type.Array(Type.String()) }),
    handle: async ({ caller: { account } }) => {
      const offers = await (await catalogue.current()).listed(account, 'portal')
      return { items: [...new Set(offers.map(({ service }) => service.group))] }
    },
  }),
]
