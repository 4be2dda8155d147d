import { Type } from 'typebox'
import { changeOwnProfile, findPerson } from '../../../account-people/account-people.ts'
import { changeAccount, findAccount } from '../../../accounts/accounts.ts'
import type { AccountView } from '../../../accounts/attributes.ts'
import { formatMicros } from '../../../lib/money.ts'
import { eventsOf } from '../../../notices/events.ts'
import { type OwnNotices, ownNotices, sendOwnTest, setOwnNotices } from '../../../notices/own-notices.ts'
import { removeTotp } from '../../../people/own-factors.ts'
import { accountPerson, wireAccountPerson } from '../../kit/account-person-shapes.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import { profile } from '../../kit/own-routes.ts'
import { personOf } from '../../kit/person.ts'
import { amount, bodyOf, changesOf, givenAmount, nothing, oneOf, orNull, text } from '../../kit/shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Oneself'

const events = Type.Array(oneOf(eventsOf('account')), { maxItems: 50 })

const way = (address: string) =>
  Type.Object({
    possible: Type.Boolean({ description: 'false: the operator sends nothing this way' }),
    address: orNull(Type.String(), address),
    chosen: events,
  })

const notices = Type.Object({
  all: Type.Array(oneOf(eventsOf('account')), { description: 'All that there is to be told of' }),
  email: way('Where one signs in with it'),
  telegram: way('The id of a chat; null: none was given'),
})

const wireNotices = ({ all, email, telegram }: OwnNotices) => {
  const wireWay = ({ isPossible: possible, address, chosen }: OwnNotices['email']) => ({
    ...{ possible, address, chosen },
  })
  return { all, email: wireWay(email), telegram: wireWay(telegram) }
}

const mark = Type.Object({
  currency: Type.String(),
  low_balance: orNull(amount(), 'Who is told of it is told when less is left; null: nobody ever is'),
})

const wireMark = ({ currency, lowBalance }: AccountView) => ({
  currency,
  low_balance: lowBalance === null ? null : formatMicros(lowBalance, currency),
})

export const meRoutes = ({
  clock,
  sealer,
  context,
  actionThrottle,
}: Pick<PortalDeps, 'clock' | 'sealer' | 'context' | 'actionThrottle'>) => [
  route({
    method: 'GET',
    path: '/me',
    name: 'getOwnProfile',
    section,
    summary: 'Oneself, with what one signs in with',
    access: 'person',
    answer: accountPerson,
    handle: async ({ caller, desk }) =>
      wireAccountPerson(await findPerson(desk.read, personOf(caller).personId, clock)),
  }),
  route({
    method: 'PATCH',
    path: '/me',
    name: 'changeOwnProfile',
    section,
    summary: 'Change name, language or time zone',
    access: 'person',
    body: changesOf(profile),
    answer: accountPerson,
    handle: async ({ caller, desk, body: { name, language, time_zone: timeZone } }) => {
      const { personId } = personOf(caller)
      return wireAccountPerson(
        await changeOwnProfile(desk.change, personId, { name, language, timeZone }, clock),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/me/notices',
    name: 'getOwnNotices',
    section,
    summary: 'What one is told of, of all that the account can be told of, and by which way',
    access: 'person',
    answer: notices,
    handle: async ({ caller, desk }) => wireNotices(await ownNotices(desk.read, personOf(caller).personId)),
  }),
  route({
    method: 'PATCH',
    path: '/me/notices',
    name: 'changeOwnNotices',
    section,
    summary: 'Be told of these events, and of no others',
    access: 'person',
    body: changesOf({
      email: events,
      telegram: events,
      telegram_chat: orNull(text(100), 'The id of the own chat with the bot of the shop; null: none'),
    }),
    answer: notices,
    refusals: ['invalid_input'],
    handle: async ({ caller, desk, body: { email, telegram, telegram_chat: chat } }) =>
      wireNotices(
        await inFieldsOf({ telegram: 'telegram_chat' }, () =>
          setOwnNotices(desk.change, personOf(caller).personId, { email, telegram, chat }),
        ),
      ),
  }),
  route({
    method: 'POST',
    path: '/me/notices/test',
    name: 'testOwnNotices',
    section,
    summary: "Send a message to one's chat now, to try it",
    access: 'person',
    isApart: true,
    body: bodyOf({}),
    answer: Type.Object({
      ok: Type.Boolean({ description: 'It got there, as far as Telegram says' }),
      problem: orNull(Type.String()),
    }),
    refusals: ['conflict'],
    handle: async ({ caller, desk }) => {
      actionThrottle.countTest(caller.accountId)
      const problem = await sendOwnTest({ sql: desk.read, sealer, context }, personOf(caller).personId)
      return { ok: problem === null, problem }
    },
  }),
  route({
    method: 'GET',
    path: '/low-balance',
    name: 'getLowBalance',
    section: 'Money',
    summary: 'The mark below which the balance of the account is low',
    access: 'account.read',
    answer: mark,
    handle: async ({ caller, desk }) => wireMark(await findAccount(desk.read, String(caller.accountId))),
  }),
  route({
    method: 'PATCH',
    path: '/low-balance',
    name: 'changeLowBalance',
    section: 'Money',
    summary: 'Set the mark below which the balance is low, or take it away',
    access: 'account.mark',
    body: bodyOf({ low_balance: orNull(givenAmount()) }),
    answer: mark,
    refusals: ['invalid_input'],
    handle: async ({ caller, desk, body }) =>
      wireMark(
        await inFieldsOf({ lowBalance: 'low_balance' }, () =>
          changeAccount(desk.change, caller.accountId, { lowBalance: body.low_balance ?? '' }),
        ),
      ),
  }),
  route({
    method: 'DELETE',
    path: '/me/totp',
    name: 'removeTotp',
    section,
    summary: 'Take the authenticator app and the recovery codes away; all other sign-ins end',
    access: 'proved person',
    answer: nothing,
    handle: async ({ caller, desk }) => {
      await removeTotp(desk.change, personOf(caller), clock)
      return {}
    },
  }),
]
