import { Type } from 'typebox'
import { Refusal } from '../../../errors.ts'
import type { Happened, Place } from '../../../live/operator-feed.ts'
import { type LiveTopic, topicNames, topics } from '../../../live/topics.ts'
import { because } from '../../../reasons.ts'
import { heartbeat, sendLive, type Told, textOf } from '../../kit/live-stream.ts'
import { orNull, text } from '../../kit/shapes.ts'
import { rightOf } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const change = Type.Object({
  topic: Type.String({ description: 'As it was asked for' }),
  id: orNull(Type.Integer(), 'The id of the thing that has changed; null: read all of the topic again'),
})

type EventDeps = Pick<
  OperatorDeps,
  'operatorFeed' | 'liveRights' | 'presence' | 'closing' | 'signIns' | 'desks' | 'clock' | 'settings'
>

export const eventRoutes = (deps: EventDeps) => [
  route({
    method: 'GET',
    path: '/events',
    name: 'followChanges',
    section: 'Events',
    summary: 'What changes, as it happens',
    description:
      'Server-sent events: `event: change`, whose data says what has changed and not how it is now, so that who reads it is checked anew. ' +
      'They come a second or two behind. With the header `Last-Event-ID` it goes on after that event and misses nothing; where there is too ' +
      'much to name, `id` is null. A person, or a program, may follow 10 times at once in one process. The stream ends within a second of the ' +
      'sign-in, the token or the permission that it is followed by.\n\n' +
      `Topics: ${topicNames.map((name) => `\`${name}\` (${topics[name].what}; needs \`${topics[name].permission}\`)`).join(', ')}. \`plan:17\` is one plan alone.`,
    access: 'caller',
    query: Type.Object({
      topics: text(500, { description: 'Some of the topics, with commas between: `orders,reviews`' }),
    }),
    answer: change,
    media: { 'text/event-stream': Type.String({ description: 'Events whose data is a change' }) },
    refusals: ['invalid_input', 'permission_denied'],
    async handle({ caller, query, request, reply }) {
      const wanted = topicsIn(query.topics)
      for (const { topic } of wanted) {
        const { permission } = topics[topic]
        if (!caller.permissions.has(permission)) {
          throw because('permission_denied', 'role_lacks', { permission })
        }
      }
      const given = request.headers['last-event-id']
      const place = given === undefined ? await deps.operatorFeed.here() : placeIn(String(given))
      const right = rightOf(
        deps,
        caller,
        request,
        wanted.map(({ topic }) => topics[topic].permission),
      )
      return sendLive(deps, {
        ...{ request, reply, right, count: () => deps.operatorFeed.openStream(caller.actor) },
        ...{ id: idOf(place), next: changesAfter(deps, wanted, place) },
      })
    },
  }),
]

/** `changesAfter` gives what waits for what has changed after a place, and then after that. */
function changesAfter({ operatorFeed }: EventDeps, wanted: readonly Wanted[], from: Place) {
  let place = from
  return async (ms: number, signal: AbortSignal): Promise<string> => {
    const news = await operatorFeed.after(place, ms, signal)
    if (!news) return heartbeat(idOf(place))
    place = news.place
    return textOf(
      wanted.flatMap((one) => toldOf(one, news.happened)),
      idOf(place),
    )
  }
}

const idOf = ({ link, reviews, deposits, suppliers, plans }: Place): string =>
  [link, reviews, deposits, suppliers, plans].join(':')

function placeIn(text: string): Place {
  const [, link, reviews = '', deposits = '', suppliers = '', plans = ''] =
    /^(\d{1,15}):(\d+\/\d+\/[0-9a-f]{8}):(\d+\/\d+):([0-9a-f]{8}):([0-9a-f]{8})$/.exec(text) ?? []
  if (link === undefined) throw new Refusal('invalid_input', 'must be the id of an event', 'Last-Event-ID')
  return { link: Number(link), reviews, deposits, suppliers, plans }
}

/** Wanted is a topic as it was asked for: all of it, or of `plan:17` one thing. */
interface Wanted {
  name: string
  topic: LiveTopic
  id?: number
}

/** `toldOf` gives what of the news is wanted; of one thing that it may be that one which has changed. */
function toldOf({ name, topic, id }: Wanted, happened: readonly Happened[]): Told[] {
  const ofTopic = happened.filter((one) => one.topic === topic)
  if (id === undefined) return ofTopic
  return ofTopic.some((one) => one.id === null || one.id === id) ? [{ topic: name, id }] : []
}

function topicsIn(text: string): Wanted[] {
  return [...new Set(text.split(',').map((name) => name.trim()))].map((name) => {
    const [, plan] = /^plan:(\d{1,9})$/.exec(name) ?? []
    if (plan !== undefined) return { name, topic: 'plans', id: Number(plan) }
    if (Object.hasOwn(topics, name)) return { name, topic: name as LiveTopic }
    const message = `${JSON.stringify(name)} is no topic: ${topicNames.join(', ')}`
    throw new Refusal('invalid_input', message, 'topics')
  })
}
