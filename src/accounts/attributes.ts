import type { RowOf } from '../database/column-types.ts'
import type { Accounts } from '../database/types.ts'
import {
  amount,
  amountOrNone,
  attribute,
  choice,
  currency,
  inputOnly,
  line,
  lines,
  matching,
  orNull,
  plainLine,
  readText,
  shown,
  shownAmount,
  shownId,
  shownTime,
} from '../lib/attribute-types.ts'
import type { AttributesOf, FormOf, ValuesOf } from '../lib/attributes.ts'
import type { AccountId } from '../lib/ids.ts'
import { languages } from '../lib/languages.ts'
import { plainLineFault } from '../lib/text.ts'

/** `accountAttributes` defines every value of an account once: its options, `--json`, text and the table of docs/cli.md. */
export const accountAttributes = {
  id: shownId<AccountId>('id'),
  username: attribute<string>(
    {
      label: 'username',
      flag: '--username <text>',
      help: 'to log in with',
      whenLeftOut: 'made of the name',
      onlyIn: 'create',
    },
    { read: (value) => readText(value).toLowerCase(), fault: usernameFault },
  ),
  name: plainLine({
    label: 'name',
    flag: '--name <text>',
    help: 'of the reseller',
    whenLeftOut: 'needed',
    required: true,
  }),
  email: matching({
    label: 'email',
    flag: '--email <address>',
    help: 'where the reseller is written to',
    whenLeftOut: 'needed',
    fault: emailFault,
  }),
  currency: {
    ...currency({
      flag: '--currency <code>',
      help: 'ISO 4217, for example USD; never changes',
      whenLeftOut: 'needed',
      onlyIn: 'create',
    }),
    read: (value: unknown) => readText(value).toUpperCase(),
  },
  /** `group` is the price group's name; operators may write its id. */
  group: attribute<string | null>(
    { label: 'group', flag: '--group <id or name>', help: 'price group; "" for none', whenLeftOut: 'none' },
    { nullable: true, read: orNull(readText) },
  ),
  /** `login` is the user name at the panel that the account has come from, where it cannot be `username`. */
  login: shown<string | null>({ label: 'login' }, { none: undefined }),
  status: shown<'active' | 'closed'>({ label: 'status' }),
  available: shownAmount('available'),
  held: shownAmount('held'),
  deposit: inputOnly(
    amount({
      flag: '--deposit <amount>',
      help: 'first deposit, for example 100',
      whenLeftOut: 'none',
      onlyIn: 'create',
    }),
  ),
  creditLimit: amount({
    label: 'credit limit',
    flag: '--credit-limit <amount>',
    help: 'how far the balance may go below 0',
    whenLeftOut: '`0`',
  }),
  lowBalance: amountOrNone({
    label: 'low balance',
    flag: '--low-balance <amount>',
    help: 'tell its subscribers when less is left; "": never',
    more: 'see [notify](#notify)',
    whenLeftOut: 'never',
    onlyIn: 'change',
  }),
  address: lines({
    label: 'address',
    flag: '--address <text>',
    help: 'as invoices to it say it; may have several lines',
    whenLeftOut: 'none',
    max: 500,
  }),
  taxId: line({
    label: 'tax id',
    flag: '--tax-id <text>',
    help: 'as invoices to it say it, such as a VAT number',
    whenLeftOut: 'none',
    max: 100,
  }),
  language: choice(languages, {
    label: 'language',
    flag: '--language <code>',
    help: 'what notices to it are written in: en, id (Indonesian) or es (Spanish)',
    whenLeftOut: '`en`',
  }),
  createdAt: shownTime('created'),
} satisfies AttributesOf<
  // The price group stands for its id.
  Omit<RowOf<Accounts>, 'priceGroupId'>,
  Record<never, never>,
  'group' | 'available' | 'held' | 'deposit' | 'creditLimit'
>

/** AccountView is an account as operators see it. Amounts are micros of its currency. */
export interface AccountView extends ValuesOf<typeof accountAttributes> {}

/** AccountForm is an account as an operator writes it. */
export type AccountForm = FormOf<typeof accountAttributes>

const USERNAME = /^[a-z0-9][a-z0-9_-]{1,63}$/
const MAX_USERNAME_LENGTH = 64

/** `isUsername` refuses digits alone: an account is named by its id or its username, and the two must not be mixed up. */
const isUsername = (text: string): boolean => USERNAME.test(text) && !/^\d+$/.test(text)

function usernameFault(username: string): string | undefined {
  return isUsername(username)
    ? undefined
    : `must be 2 to ${MAX_USERNAME_LENGTH} letters, digits, - or _, and not digits alone`
}

function emailFault(email: string): string | undefined {
  return (
    plainLineFault('', email, 254)?.message ??
    (/^[^\s@]+@[^\s@]+$/.test(email) ? undefined : 'must be an email address')
  )
}

/** `deriveUsername` makes a username of the name, or else of the email address. It may be taken. */
export function deriveUsername(name: string, email: string): string {
  for (const source of [name, email.split('@')[0] ?? '']) {
    const username = source
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, MAX_USERNAME_LENGTH - 8)
      .replace(/^-+|-+$/g, '')
    if (isUsername(username)) return username
  }
  return 'account'
}

/** `usernameOf` makes a username of a login of any form, which is none of those that are taken. */
export function usernameOf(login: string, taken: { has(username: string): boolean }): string {
  const lower = login.toLowerCase()
  const base = isUsername(lower) ? lower : deriveUsername(/^\d+$/.test(login) ? `user ${login}` : login, '')
  let username = base
  for (let number = 2; taken.has(username); number++) username = `${base}-${number}`
  return username
}
