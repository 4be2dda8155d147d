import type { Changed } from '../mails.ts'

/** Words is what people are told of themselves in one language. `where` is the server, and times come written. */
export interface Words {
  invited: (of: { where: string; role: string; until: string }) => Message
  reset: (of: { where: string; until: string }) => Message
  /** `unknownDevice` stands for a device that says nothing of itself. */
  unknownDevice: string
  signedIn: (of: { where: string; device: string; address: string; at: string }) => Message
  changed: (of: { where: string; what: Changed; at: string }) => Message
  newEmail: (of: { where: string; link: string; until: string }) => Message
  /** `unknown` says what to do where it was somebody else: a person of the staff has an owner; one of an account sets another password. */
  unknown: Record<'staff' | 'account_people', string>
}

interface Message {
  title: string
  text: string
}
