/** Words is what mails with links say in one language. Times come written. */
export interface Words {
  invitation: (of: { shop: string; account: string; link: string; until: string }) => Message
  reset: (of: { shop: string; link: string; until: string }) => Message
  verify: (of: { shop: string; link: string; until: string }) => Message
  /** `known`: somebody has registered who signs in already. */
  known: (of: { shop: string; link: string }) => Message
  refused: (of: { shop: string; why: string }) => Message
}

interface Message {
  title: string
  text: string
}
