import { Type } from 'typebox'
import { pageQuery, pageShape, wirePage } from '../../../contract/page.ts'
import { service, serviceDetail, wireService, wireServiceDetail } from '../../../contract/services.ts'
import { Refusal } from '../../../errors.ts'
import { pageOf } from '../../../lib/page.ts'
import type { RestDeps } from '../deps.ts'
import { Answered, type Call, route } from '../route.ts'
import { isKnown, type Text } from '../service-texts.ts'

const KNOWN =
  'With the header `If-None-Match` (the `ETag` of the last answer) the answer is 304 while nothing has changed.'

export const serviceRoutes = ({ catalogue, serviceTexts }: Pick<RestDeps, 'catalogue' | 'serviceTexts'>) => [
  route({
    method: 'GET',
    path: '/api/services',
    name: 'listServices',
    section: 'Services',
    summary: 'What the account can buy',
    description: `By id. ${KNOWN}`,
    permission: 'service.list',
    query: Type.Object(pageQuery),
    answer: pageShape(service),
    async handle(call) {
      const { key, query } = call
      const { limit, cursor = 0 } = query
      const snapshot = await catalogue.current()
      const make = (): unknown => {
        const offers = serviceTexts.offers(snapshot, key.account)
        const first = offers.findIndex((offer) => offer.service.id > cursor)
        const found = first < 0 ? [] : offers.slice(first, first + limit + 1)
        return wirePage(
          pageOf(found, limit, ({ service }) => service.id),
          (offer) => wireService(offer, snapshot.timesOf(offer.service)),
        )
      }
      return answered(call, serviceTexts.text(snapshot, key.account, `page ${cursor} ${limit}`, make))
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
      const { key, params } = call
      const snapshot = await catalogue.current()
      const found = snapshot.find(params.idOrCode)
      const price = found && snapshot.mayBuy(found, key.account)
      if (!found || !price) throw new Refusal('service_not_found', params.idOrCode, 'idOrCode')
      const make = (): unknown => wireServiceDetail({ service: found, price }, snapshot.timesOf(found))
      return answered(call, serviceTexts.text(snapshot, key.account, `service ${found.id}`, make))
    },
  }),
]

function answered({ request }: Pick<Call, 'request'>, text: Text): Answered {
  const headers = { etag: text.etag, 'cache-control': 'private, no-cache' }
  return isKnown(request.headers['if-none-match'], text)
    ? new Answered({ json: '' }, { status: 304, headers })
    : new Answered({ json: text.json }, { headers })
}
