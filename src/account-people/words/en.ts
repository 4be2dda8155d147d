import type { Words } from './words.ts'

export const english: Words = {
  invitation: ({ shop, account, link, until }) => ({
    title: `you are invited to ${account}`,
    text: `You may sign in to ${shop} for the account ${account}. Set a password here:\n${link}\nThe link works once, until ${until}.`,
  }),
  reset: ({ shop, link, until }) => ({
    title: 'set another password',
    text: `Somebody, most likely you, wants to set another password at ${shop}. Do so here:\n${link}\nThe link works once, until ${until}. If it was not you, there is nothing to do: your password is as it was.`,
  }),
  verify: ({ shop, link, until }) => ({
    title: 'is this your address?',
    text: `You have asked for an account at ${shop}. Show by this link that the address is yours:\n${link}\nThe link works once, until ${until}. Then somebody looks at what you have written, and you are told by mail.`,
  }),
  known: ({ shop, link }) => ({
    title: 'you have an account already',
    text: `Somebody, most likely you, has asked for an account at ${shop}. You sign in there with this address already:\n${link}`,
  }),
  refused: ({ shop, why }) => ({
    title: 'your application was refused',
    text: `You have asked for an account at ${shop}, and do not get one.${why === '' ? '' : `\n${why}`}`,
  }),
}
