import { Type } from 'typebox'
import { portalPermissionsOf } from '../../../account-people/roles.ts'
import { Refusal } from '../../../errors.ts'
import type { AccountId } from '../../../lib/ids.ts'
import {
  type AccountFeed,
  type AccountPlace,
  type AccountTopic,
  accountTopics,
} from '../../../live/account-feed.ts'
import { because } from '../../../reasons.ts'
import { heartbeat, sendLive, textOf } from '../../kit/live-stream.ts'
import { rightIn } from '../../kit/portal-door.ts'
import { oneOf, orNull } from '../../kit/shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { route } from '../route.ts'

const access = 'account.read'
const names = Object.keys(accountTopics) as AccountTopic[]

export const eventRoutes = ({
  accountFeed,
  door,
  presence,
  closing,
}: Pick<PortalDeps, 'accountFeed' | 'door' | 'presence' | 'closing'>) => [
  route({
    method: 'GET',
    path: '/events',
    name: 'followChanges',
    section: 'Events',
    summary: 'What changes in the account, as it happens',
    description:
      'Server-sent events: `event: change`, whose data says what has changed and not how it is now, so that who reads it is checked anew. ' +
      'They come within two seconds. With the header `Last-Event-ID` it goes on after that event and misses nothing. A person may follow 10 times ' +
      'at once in one process, those streams included that follow orders. The stream ends within a second of the sign-in.\n\n' +
      `Topics: ${names.map((name) => `\`${name}\` (${accountTopics[name]})`).join(', ')}.`,
    access,
    answer: Type.Object({
      topic: oneOf(names),
      id: orNull(Type.Integer(), 'The id of the order that has changed; null: read all of the topic again'),
    }),
    media: { 'text/event-stream': Type.String({ description: 'Events whose data is a change' }) },
    refusals: ['invalid_input'],
    async handle({ caller: { accountId, actor, entered }, request, reply }) {
      const given = request.headers['last-event-id']
      const place = given === undefined ? await accountFeed.here(accountId) : placeIn(String(given))
      const right = rightIn(door, entered, (role) => {
        if (!portalPermissionsOf(role).includes(access))
          throw because('permission_denied', 'role_lacks', { permission: access })
      })
      return sendLive(
        { liveRights: door.liveRights, presence, closing },
        {
          ...{ request, reply, right, count: () => accountFeed.openStream(actor) },
          ...{ id: idOf(place), next: changesAfter(accountFeed, accountId, place) },
        },
      )
    },
  }),
]

/** `changesAfter` gives what waits for what has changed in an account after a place, and then after that. */
function changesAfter(feed: AccountFeed, accountId: AccountId, from: AccountPlace) {
  let place = from
  return async (ms: number, signal: AbortSignal): Promise<string> => {
    const news = await feed.after(accountId, place, ms, signal)
    if (!news) return heartbeat(idOf(place))
    place = news.place
    return textOf(news.happened, idOf(place))
  }
}

const idOf = ({ entry, requests, money }: AccountPlace): string => `${entry}:${requests}:${money}`

function placeIn(text: string): AccountPlace {
  const [, entry, requests, money = ''] = /^(\d{1,15}):(\d{1,15}):([0-9a-f]{8})$/.exec(text) ?? []
  if (entry === undefined) throw new Refusal('invalid_input', 'must be the id of an event', 'Last-Event-ID')
  return { entry: Number(entry), requests: Number(requests), money }
}
