import { secret, url } from '../../kit/fields.ts'
import { channelKind } from '../channel-kind.ts'
import { TelegramChannel } from './telegram.ts'

/** `telegram` sends by a bot of the operator's. */
export const telegram = channelKind({
  kind: 'telegram',
  label: 'Telegram',
  address: {
    value: 'chat id',
    help: 'a person’s or group’s number, or @channel',
    // People have positive numbers, groups negative ones, public channels names.
    pattern: /^(-?[1-9]\d{0,19}|@[A-Za-z]\w{3,31})$/,
    form: 'chat id such as 123456789, nor a channel such as @shop_alerts',
  },
  fields: {
    api_url: url({
      label: 'Bot API',
      flag: '--api-url <text>',
      default: 'https://api.telegram.org',
      help: 'where it is',
    }),
    token: secret({
      label: 'Token',
      flag: '--token <secret or ->',
      help: "the bot's token, as BotFather gave it",
      form: {
        pattern: '^\\d{3,20}:[A-Za-z0-9_-]{20,100}$',
        example: '123456789:AAEhBOweik6ad9r_exampleToken',
      },
    }),
  },
  connect: ({ settings, secrets: { token = '' } }, { outbound }) =>
    new TelegramChannel({ token, apiUrl: settings.api_url }, outbound),
})
