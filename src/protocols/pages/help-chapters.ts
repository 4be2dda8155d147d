/**
 * `helpChapters` are the parts of the documentation that pages of the console and the portal are described in, by the beginning of their paths; the longest
 * that fits counts.
 */
export const helpChapters: Readonly<Record<string, string>> = {
  '/console': 'console#pages',
  '/console/catalogue': 'console#the-catalogue',
  '/console/inbox': 'operators-day',
  '/console/me': 'console#getting-in',
  '/console/money': 'money',
  '/console/money/deposits': 'deposits',
  '/console/news': 'console#news',
  '/console/orders': 'console#orders-many-at-once',
  '/console/orders/': 'console#an-order-that-has-ended',
  '/console/prices': 'prices',
  '/console/settings': 'console#settings',
  '/console/settings/brand': 'console#the-brand',
  '/console/settings/notices': 'notices',
  '/console/settings/pay-in': 'deposits',
  '/console/suppliers': 'suppliers',
  '/console/suppliers/new': 'console#adding-a-supplier',
  '/portal': 'portal#pages',
  '/portal/keys': 'portal#keys',
  '/portal/money': 'portal#money',
  '/portal/order/': 'portal#ordering',
  '/portal/orders': 'portal#orders',
  '/portal/people': 'portal#people-of-an-account',
  '/portal/requests': 'portal#requests',
  '/portal/webhooks': 'portal#webhooks',
}

/** `chapterFor` gives the chapter of a page by its path. */
export function chapterFor(path: string): string {
  const longest = Object.keys(helpChapters)
    .filter((from) => path.startsWith(from))
    .reduce((one, other) => (other.length > one.length ? other : one), '/console')
  return helpChapters[longest] ?? 'console'
}
