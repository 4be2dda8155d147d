import { newServiceAttributes } from '../catalogue/attributes.ts'
import { columnOf } from '../lib/attributes.ts'

/** `partNames` are what a panel's files have, in the order in which it moves in: each part names what those before it have. */
export const partNames = ['groups', 'services', 'accounts', 'keys', 'prices', 'orders'] as const

export type PartName = (typeof partNames)[number]

/** Columns has the panels' names of a part's columns, by ours. */
export type Columns = Readonly<Record<string, readonly string[]>>

interface Column {
  /** `help` says what the column has, for the docs. */
  help: string
  /** `needed`: a file without the column is refused, and so is a row in which it is empty. */
  needed?: true
  /** `others` are names that panels have for it, beside ours. */
  others?: readonly string[]
  /** `secret`: what stands there is never shown. */
  secret?: true
}

/** OF_SERVICES are names that panels have for columns of services. */
const OF_SERVICES: Readonly<Record<string, readonly string[]>> = {
  name: ['service_name', 'servicename', 'service', 'title'],
  group: ['group_name', 'groupname', 'category'],
  kind: ['type', 'service_type', 'servicetype'],
  price: ['credit', 'credits', 'cost'],
  currency: ['currency_code'],
  delivery_time: ['time', 'delivery'],
  description: ['info', 'details'],
  active: ['status', 'enabled'],
}

/** `parts` defines every column of a panel's files once: the default mapping, the checks and the table of the docs are made of it. */
export const parts: Readonly<Record<PartName, Readonly<Record<string, Column>>>> = {
  groups: {
    id: {
      help: "the panel's number of the price group, by which its other files name it",
      others: ['group_id'],
    },
    name: { help: 'what it is called', needed: true, others: ['group_name', 'groupname', 'title'] },
  },
  services: {
    id: {
      help: 'the number that shops order by; it stays',
      needed: true,
      others: ['service_id', 'serviceid', 'toolid'],
    },
    ...Object.fromEntries(
      Object.keys(newServiceAttributes).map((name) => {
        const ours = columnOf(name)
        return [ours, { help: 'as in `service import`', others: OF_SERVICES[ours] ?? [] }]
      }),
    ),
  },
  accounts: {
    id: {
      help: "the panel's number of the account, by which its other files name it",
      others: ['user_id', 'userid', 'client_id', 'clientid'],
    },
    username: {
      help: "the user name of the reseller's programs",
      needed: true,
      others: ['user_name', 'user', 'login', 'api_username'],
    },
    name: {
      help: 'what people call the reseller; else the user name',
      others: ['full_name', 'fullname', 'company', 'client_name'],
    },
    email: { help: 'where it is written to', needed: true, others: ['mail', 'email_address'] },
    currency: { help: 'in which it buys, as USD', needed: true, others: ['currency_code'] },
    group: {
      help: 'its price group: name or number',
      others: ['group_id', 'group_name', 'groupname', 'client_group'],
    },
    balance: {
      help: 'what it moves in with, as 12.50; below 0 is a debt',
      others: ['credit', 'credits', 'credit_balance'],
    },
    credit_limit: { help: 'how far it may go below 0', others: ['overdraft', 'credit_line'] },
    status: { help: 'active or closed', others: ['active'] },
  },
  keys: {
    account: {
      help: 'whose key it is: number, user name or e-mail address',
      needed: true,
      others: ['user_id', 'userid', 'client_id', 'username', 'id'],
    },
    key: {
      help: 'the access key as it is; rows without one are passed over',
      others: ['apiaccesskey', 'api_access_key', 'api_key', 'apikey', 'access_key'],
      secret: true,
    },
    name: { help: 'what or whom it is for', others: ['key_name'] },
  },
  prices: {
    service: {
      help: 'number or code of the service',
      needed: true,
      others: ['service_id', 'serviceid', 'toolid'],
    },
    group: {
      help: 'the price group that pays it: name or number',
      others: ['group_id', 'group_name', 'groupname', 'client_group'],
    },
    account: {
      help: 'the account that pays it: number, user name or e-mail address',
      others: ['user_id', 'userid', 'client_id', 'username'],
    },
    currency: { help: 'of the price; of an account it is known', others: ['currency_code'] },
    price: { help: 'of one, as 0.77', needed: true, others: ['credit', 'credits', 'cost'] },
  },
  orders: {
    id: {
      help: 'the number that the shop knows it by (REFERENCEID)',
      needed: true,
      others: ['order_id', 'orderid', 'referenceid', 'reference_id', 'number'],
    },
    account: {
      help: 'whose order it is: number, user name or e-mail address',
      needed: true,
      others: ['user_id', 'userid', 'client_id', 'username'],
    },
    type: {
      help: 'imei or server, where the panel numbers these apart; else imei',
      others: ['order_type', 'service_type', 'servicetype'],
    },
    service: {
      help: 'number or code of its service; one that has not moved in is left out',
      others: ['service_id', 'serviceid', 'toolid'],
    },
    input: { help: 'the IMEI or serial number', others: ['imei', 'serial', 'sn'] },
    state: { help: 'pending, processing, success, failed or cancelled', needed: true, others: ['status'] },
    answer: {
      help: 'the result, or why there is none: what CODE shows',
      others: ['code', 'result', 'reply', 'reason', 'comments'],
    },
    price: { help: 'what it cost, as 0.77', others: ['credit', 'credits', 'amount', 'cost'] },
    placed_at: {
      help: 'when it was placed',
      needed: true,
      others: ['date', 'created_at', 'order_date', 'date_added', 'submitted_on'],
    },
    ended_at: {
      help: 'when it ended',
      others: ['replied_at', 'reply_date', 'date_replied', 'replied_on', 'updated_at'],
    },
  },
}

/** `columnsOf` gives the names of a part's columns, ours before the panels'. */
export const columnsOf = (part: PartName): Columns =>
  Object.fromEntries(Object.entries(parts[part]).map(([ours, { others = [] }]) => [ours, [ours, ...others]]))

/** `columnTable` writes the columns of a part as a table of the docs. */
export const columnTable = (part: PartName): string =>
  [
    '| column | what it has | other names |',
    '| --- | --- | --- |',
    ...Object.entries(parts[part])
      .filter(([name]) => part !== 'services' || name === 'id' || OF_SERVICES[name] !== undefined)
      .map(([name, { help, needed, others = [] }]) => {
        const names = others.map((one) => `\`${one}\``).join(', ')
        return `| \`${name}\`${needed ? ' (needed)' : ''} | ${help} | ${names} |`
      }),
  ].join('\n')
