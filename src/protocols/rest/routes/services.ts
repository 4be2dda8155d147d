import { Type } from 'typebox'
import type { Service } from '../../../catalogue/service.ts'
import type { Offer } from '../../../catalogue/snapshot.ts'
import { bound, pageQuery, timeOf, wirePage } from '../../../contract/page.ts'
import { serviceDetail, servicePage, wireService, wireServiceDetail } from '../../../contract/services.ts'
import { Refusal } from '../../../errors.ts'
import { pageOf } from '../../../lib/page.ts'
import { filterInTurns, turnForMany } from '../../../runtime/pace.ts'
import type { RestDeps } from '../deps.ts'
import { Answered, type Call, route } from '../route.ts'
import { isKnown, type Text, textOf } from '../service-texts.ts'

const KNOWN =
  'With the header `If-None-Match` (the `ETag` of the last answer) the answer is 304 while nothing has changed.'

export const serviceRoutes = ({ catalogue, serviceTexts }: Pick<RestDeps, 'catalogue' | 'serviceTexts'>) => [
  route({
    method: 'GET',
    path: '/api/services',
    name: 'listServices',
    section: 'Services',
    summary: 'What the account can buy',
    description:
      'By id, in pages of up to 500. `updated_since` gives what was changed then or later: the service itself, whether somebody does it, ' +
      'whom it is shown to, or a price that the account has; and in `withdrawn` the ids of what is not offered any more. It does not follow a move of the ' +
      `account to another price group. ${KNOWN}`,
    permission: 'service.list',
    query: Type.Object({
      ...pageQuery,
      limit: Type.Integer({ minimum: 1, maximum: 500, default: 20 }),
      q: Type.Optional(
        Type.String({
          maxLength: 255,
          description: "A service's id, or a part of its code, name or group; upper or lower case",
        }),
      ),
      group: Type.Optional(
        Type.String({ maxLength: 255, description: 'The whole name of a group; upper or lower case' }),
      ),
      updated_since: bound('Only what was changed then or later: a time with its zone, or a day in UTC'),
    }),
    answer: servicePage,
    async handle(call) {
      const { asker, query } = call
      const { limit, cursor = 0, q, group, updated_since } = query
      const { account } = asker
      const snapshot = await catalogue.current()
      const offers = await serviceTexts.offers(snapshot, account)
      const timesOf = snapshot.timesFor(account)
      const page = async (listed: readonly Offer[]) => {
        const first = listed.findIndex((offer) => offer.service.id > cursor)
        const found = first < 0 ? [] : listed.slice(first, first + limit + 1)
        await turnForMany(found.length)
        const answer = wirePage(
          pageOf(found, limit, ({ service }) => service.id),
          (offer) => wireService(offer, timesOf(offer.service)),
        )
        await turnForMany(found.length)
        return answer
      }
      if (!q && !group && updated_since === undefined) {
        const text = await serviceTexts.text(snapshot, account, `page ${cursor} ${limit}`, () => page(offers))
        return answered(call, text)
      }
      const listed = await filterInTurns(offers, ({ service }) => isFound(service, { q, group }))
      if (updated_since === undefined) return answered(call, await textOf(await page(listed)))
      const since = timeOf(updated_since)
      const isChanged = (service: Service) => timesOf(service).updatedAt >= since
      const answer = await page(await filterInTurns(listed, ({ service }) => isChanged(service)))
      const end = answer.data.page.next_cursor ?? Number.POSITIVE_INFINITY
      const known = new Set(listed.map(({ service }) => service))
      const gone = await filterInTurns(
        snapshot.services,
        (service) => service.id > cursor && service.id <= end && !known.has(service) && isChanged(service),
      )
      const withdrawn = gone.map(({ id }) => id).sort((a, b) => a - b)
      return answered(call, await textOf({ data: { page: { ...answer.data.page, withdrawn } } }))
    },
  }),
  route({
    method: 'GET',
    path: '/api/services/:idOrCode',
    name: 'getService',
    section: 'Services',
    summary: 'A service with its price',
    description: KNOWN,
    permission: 'service.read_detail',
    params: Type.Object({ idOrCode: Type.String({ maxLength: 64, description: 'Its id or its code' }) }),
    answer: serviceDetail,
    refusals: ['service_not_found'],
    async handle(call) {
      const { asker, params } = call
      const snapshot = await catalogue.current()
      const found = snapshot.find(params.idOrCode)
      const price = found && snapshot.mayBuy(found, asker.account)
      if (!found || !price) throw new Refusal('service_not_found', params.idOrCode, 'idOrCode')
      const make = (): unknown =>
        wireServiceDetail({ service: found, price }, snapshot.timesFor(asker.account)(found))
      return answered(call, await serviceTexts.text(snapshot, asker.account, `service ${found.id}`, make))
    },
  }),
]

function answered({ request }: Pick<Call, 'request'>, text: Text): Answered {
  const headers = { etag: text.etag, 'cache-control': 'private, no-cache' }
  return isKnown(request.headers['if-none-match'], text)
    ? new Answered({ json: '' }, { status: 304, headers })
    : new Answered({ json: text.json }, { headers })
}

/** `isFound` tells whether a service is among those that a query asks for. */
function isFound(
  { id, code, name, group }: Service,
  wanted: { q: string | undefined; group: string | undefined },
): boolean {
  const part = (wanted.q ?? '').trim().toLowerCase()
  return (
    (!wanted.group || group.toLowerCase() === wanted.group.trim().toLowerCase()) &&
    (part === '' || `${id}` === part || [code, name, group].some((text) => text.toLowerCase().includes(part)))
  )
}
