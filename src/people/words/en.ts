import type { Words } from './words.ts'

const CHANGES = {
  password: 'your password was changed',
  app: 'you have another authenticator app',
  'app removed': 'your authenticator app was taken away',
  'recovery codes': 'you have new recovery codes',
  'passkey added': 'you have a new passkey',
  'passkey removed': 'a passkey of yours was removed',
  'email asked': 'somebody asks to have you sign in with another e-mail address',
  email: 'your e-mail address was changed',
}

export const english: Words = {
  invited: ({ where, role, until }) => ({
    title: 'you are invited',
    text: `You are invited to ${where}, with the role ${role}.\nWho did so has an invitation for you, which holds until ${until}.`,
  }),
  reset: ({ where, until }) => ({
    title: 'you were reset',
    text: `Your password and second factor at ${where} were taken away, and you may set new ones.\nWho did so has an invitation for you, which holds until ${until}.`,
  }),
  unknownDevice: 'unknown',
  signedIn: ({ where, device, address, at }) => ({
    title: 'a new sign-in',
    text: `Somebody has signed in to ${where} as you, on a device that you had not used there before:\n${device}, from ${address}, at ${at}.`,
  }),
  changed: ({ where, what, at }) => ({
    title: CHANGES[what],
    text: `At ${where} ${CHANGES[what]}, at ${at}.`,
  }),
  newEmail: ({ where, link, until }) => ({
    title: 'is this your address?',
    text: `Somebody, most likely you, wants to sign in to ${where} with this address. Show by this link that it is yours:\n${link}\nThe link works once, until ${until}. If it was not you, there is nothing to do.`,
  }),
  unknown: {
    staff: 'If that was not you, have an owner reset you at once.',
    account_people: 'If that was not you, set another password at once, which ends all sign-ins.',
  },
}
