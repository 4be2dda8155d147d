// Made of the OpenAPI document by `npm run client:types`: do not edit.

import type { Method } from './types.ts'

/** operations are method and path of each; parameters that are not in the path go into the query of a GET, or the body of a POST. */
export const operations = {
  getMe: 'GET /api/me',
  listServices: 'GET /api/services',
  getService: 'GET /api/services/{idOrCode}',
  createOrder: 'POST /api/order',
  listOrders: 'GET /api/order',
  getOrder: 'GET /api/order/{id}',
  getOrderStatus: 'GET /api/order/{id}/status',
  listOrderItems: 'GET /api/order/{id}/items',
  cancelOrder: 'POST /api/order/{id}/cancel',
  verifyOrder: 'POST /api/order/{id}/verify',
  followOrders: 'GET /api/order/events',
  listRequests: 'GET /api/requests',
  getBalance: 'GET /api/wallet/snap',
  listMutations: 'GET /api/mutation',
  getMutation: 'GET /api/mutation/{id}',
  listTransactions: 'GET /api/transactions',
  getTransaction: 'GET /api/transactions/{id}',
  createTransfer: 'POST /api/transfer',
  listTransfers: 'GET /api/transfer',
  getTransfer: 'GET /api/transfer/{id}',
  listDepositProviders: 'GET /api/deposit/provider',
  getDepositProvider: 'GET /api/deposit/provider/{code}',
  createDeposit: 'POST /api/deposit',
  listDeposits: 'GET /api/deposit',
  getDeposit: 'GET /api/deposit/{id}',
  handInDepositProof: 'POST /api/deposit/{id}/proof',
  cancelDeposit: 'POST /api/deposit/{id}/cancel',
  listStatements: 'GET /api/statement',
  getStatement: 'GET /api/statement/{month}',
} as const

/** Methods has every operation of the API as a method. */
export interface Methods<Exact extends boolean> {
  /** Whose key this is, and what it may do: `GET /api/me` */
  getMe: Method<'getMe', Exact>
  /** What the account can buy: `GET /api/services` */
  listServices: Method<'listServices', Exact>
  /** A service with its price: `GET /api/services/{idOrCode}` */
  getService: Method<'getService', Exact>
  /** Place an order: `POST /api/order` */
  createOrder: Method<'createOrder', Exact>
  /** Orders, newest first: `GET /api/order` */
  listOrders: Method<'listOrders', Exact>
  /** An order with all of its items: `GET /api/order/{id}` */
  getOrder: Method<'getOrder', Exact>
  /** How an order is, with at most 100 of its items: `GET /api/order/{id}/status` */
  getOrderStatus: Method<'getOrderStatus', Exact>
  /** An order's items: `GET /api/order/{id}/items` */
  listOrderItems: Method<'listOrderItems', Exact>
  /** Cancel what is not done yet: `POST /api/order/{id}/cancel` */
  cancelOrder: Method<'cancelOrder', Exact>
  /** Doubt the answer: `POST /api/order/{id}/verify` */
  verifyOrder: Method<'verifyOrder', Exact>
  /** What your keys asked for lately, and how it was answered, newest first: `GET /api/requests` */
  listRequests: Method<'listRequests', Exact>
  /** The balance as it is now: `GET /api/wallet/snap` */
  getBalance: Method<'getBalance', Exact>
  /** What moved the available balance, newest first: `GET /api/mutation` */
  listMutations: Method<'listMutations', Exact>
  /** One movement of the available balance: `GET /api/mutation/{id}` */
  getMutation: Method<'getMutation', Exact>
  /** Orders, deposits, adjustments and transfers, newest first: `GET /api/transactions` */
  listTransactions: Method<'listTransactions', Exact>
  /** One transaction: `GET /api/transactions/{id}` */
  getTransaction: Method<'getTransaction', Exact>
  /** Send money to another account of the same currency: `POST /api/transfer` */
  createTransfer: Method<'createTransfer', Exact>
  /** What you sent to other accounts and received from them, newest first: `GET /api/transfer` */
  listTransfers: Method<'listTransfers', Exact>
  /** One transfer between accounts: `GET /api/transfer/{id}` */
  getTransfer: Method<'getTransfer', Exact>
  /** The ways to pay in, in the currency of the account: `GET /api/deposit/provider` */
  listDepositProviders: Method<'listDepositProviders', Exact>
  /** A way to pay in: `GET /api/deposit/provider/{code}` */
  getDepositProvider: Method<'getDepositProvider', Exact>
  /** Begin a deposit: `POST /api/deposit` */
  createDeposit: Method<'createDeposit', Exact>
  /** Deposits, the newest first: `GET /api/deposit` */
  listDeposits: Method<'listDeposits', Exact>
  /** A deposit: `GET /api/deposit/{id}` */
  getDeposit: Method<'getDeposit', Exact>
  /** Hand in what proves a bank transfer: `POST /api/deposit/{id}/proof` */
  handInDepositProof: Method<'handInDepositProof', Exact>
  /** Cancel a deposit that will not be paid: `POST /api/deposit/{id}/cancel` */
  cancelDeposit: Method<'cancelDeposit', Exact>
  /** The months in which something moved, newest first: `GET /api/statement` */
  listStatements: Method<'listStatements', Exact>
  /** The statement of a month: `GET /api/statement/{month}` */
  getStatement: Method<'getStatement', Exact>
}

/** amountFields are the fields of answers that hold an amount of money. */
export const amountFields = [
  'amount',
  'balance',
  'balance_after',
  'balance_before',
  'captured',
  'charged_amount',
  'closing_balance',
  'credit_limit',
  'credits',
  'debits',
  'deposit_amount',
  'fee_amount',
  'opening_balance',
  'price',
  'refunded',
  'refunded_amount',
  'remaining_balance',
  'reserved',
  'total_pay',
  'total_price',
  'unit_price',
] as const
