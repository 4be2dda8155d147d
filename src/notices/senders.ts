import type { Outbound } from '../outbound/outbound.ts'
import { MailSender } from './mail.ts'
import type { MailSettings } from './mail-settings.ts'
import type { Senders } from './message.ts'
import { TelegramSender, type TelegramSettings } from './telegram.ts'

/** The ways to tell people that the settings allow. */
export function openSenders({
  mail,
  telegram,
  outbound,
}: {
  mail: MailSettings | undefined
  telegram: TelegramSettings | undefined
  outbound: Outbound
}): Senders {
  return {
    ...(mail && { email: new MailSender(mail) }),
    ...(telegram && { telegram: new TelegramSender(telegram, outbound) }),
  }
}
