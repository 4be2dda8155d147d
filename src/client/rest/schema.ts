// Made of the OpenAPI document by `npm run client:types`: do not edit.

export interface Schemas {
  Deposit: {
    id: number
    provider_code: string
    channel: string
    /**
     * pending: to be paid. review: a person looks at it. Only succeeded has been credited.
     * @enum {string}
     */
    status: 'pending' | 'review' | 'succeeded' | 'cancelled' | 'expired' | 'failed'
    currency: string
    amounts: {
      /** What is to be paid: deposit_amount and fee_amount */
      total_pay: number
      /** What is credited */
      deposit_amount: number
    }
    fee_amount: number
    qr_string: string | null
    qr_url: string | null
    payment_url: string | null
    account_number: string | null
    account_holder_name: string | null
    bank: string | null
    instructions: string | null
    proof: {
      reference: string | null
      has_file: boolean
    } | null
    reason: string | null
    /** Until when it can be paid */
    expires_at: string
    created_at: string
    completed_at: string | null
    cancelled_at: string | null
  }
  DepositProvider: {
    id: number
    code: string
    name: string
    kind: 'manual' | 'unique-amount' | 'callback' | 'dhru-gateway' | 'midtrans' | 'xendit' | 'stripe'
    /** bank_transfer, bank_transfer, address, checkout, checkout, checkout, checkout */
    channel: string
    currency: string
    /** A decimal; of what is credited */
    min_deposit: string
    max_deposit: string | null
    /** Percent of what is credited, paid on top of it */
    fee_percent: string
    /** Paid on top, too */
    fee_flat: string
    is_active: boolean
    created_at: string
    updated_at: string
  }
  Me: {
    user_id: number
    via: 'client_api_key'
    access_channel: 'api'
    account_type: 'basic'
    role: 'user'
    phone: null
    profile_picture_url: null
    username: string
    email: string
    session_id: null
    api_key_id: number
    api_key_type: 'client'
    external_user: null
    permissions: string[]
    token: {
      expires_at: string | null
      /** Seconds */
      expires_in: number | null
    }
    name: string
    /** ISO 4217: that of every amount */
    currency: string
  }
  Mutation: {
    id: number
    /** The transaction that it belongs to */
    reference_transaction_id: number
    type: 'credit' | 'debit'
    reason: 'order' | 'refund' | 'deposit' | 'adjustment' | 'transfer'
    /** Never negative: the type says which way it went */
    amount: number
    /** The available balance that it left */
    balance_after: number
    note: string | null
    order_id: number | null
    created_at: string
  }
  Order: {
    order_id: number
    /**
     * `partial`: some items ended well and some did not
     * @enum {string}
     */
    status: 'pending' | 'success' | 'partial' | 'failed' | 'cancelled'
    /** The supplier's */
    reference_id: string | null
    message: string
    /** Items that have ended */
    processed: number
    /** Items that ended well */
    processed_success: number
    /** Items that failed or were cancelled */
    processed_error: number
    /** What the account has available */
    remaining_balance: number
    result: Schemas['OrderItem'][]
    /** Items are missing in `result`; everything else counts all of them */
    result_truncated?: boolean
    error_message: string | null
    /** The transaction that reserved the price; null: of a former order, which holds no money here */
    transaction_id: number | null
    /** Empty: of a former order, whose service has not moved in */
    service_code: string
    /** Items, or the quantity */
    total: number
    /** Of one of them */
    price: number
    total_price: number
    /** For the items that ended well, less what was given back of it */
    charged_amount: number
    /** For those that did not, and of those that did what was given back */
    refunded_amount: number
    /** null: of a former order */
    balance_before: number | null
    created_at: string
    finished_at: string | null
    currency: string
    /** The buyer's own words */
    reference: string | null
    /** Only `true`: it was placed at the panel that the account has come from, and amounts are what it cost there */
    former?: boolean
  }
  OrderCancellation: {
    data: {
      order_id: number
      /** Items that were cancelled */
      cancelled: number
      /** Items that are with a supplier: their cancellation is requested */
      requested: number
      /** Items that had ended before */
      ended: number
    }
  }
  OrderItem: {
    position: number
    imei?: string
    serial?: string
    /** What an item of another kind is for */
    input?: string
    quantity: number
    status: 'pending' | 'success' | 'failed' | 'cancelled'
    result: string | null
    error: string | null
    /** Given back of the price of an item that ended well */
    refunded_amount?: number
  }
  OrderVerification: {
    data: {
      order_id: number
      /** Items that are looked at again */
      requested: number
      /** Items that have not ended: they are asked about anyway */
      open: number
    }
  }
  Request: {
    id: number
    /** When it came in */
    time: string
    protocol: 'dhru' | 'rest'
    /** The Dhru action, or method and path */
    action: string
    /** Of HTTP; the Dhru endpoint always answers 200 */
    status: number
    /**
     * `ok`, or the error: in the words of the Dhru endpoint, here also in capitals
     * @enum {string}
     */
    outcome:
      | 'ok'
      | 'invalid_credentials'
      | 'key_expired'
      | 'key_revoked'
      | 'account_closed'
      | 'step_up_required'
      | 'csrf'
      | 'session_expired'
      | 'permission_denied'
      | 'ip_not_allowed'
      | 'invalid_signature'
      | 'action_missing'
      | 'unsupported_action'
      | 'payload_required'
      | 'malformed_parameters'
      | 'invalid_input'
      | 'service_not_found'
      | 'service_closed'
      | 'service_paused'
      | 'imei_required'
      | 'invalid_imei'
      | 'field_missing'
      | 'invalid_field'
      | 'quantity_out_of_range'
      | 'insufficient_balance'
      | 'duplicate_order'
      | 'idempotency_conflict'
      | 'version_conflict'
      | 'plan_stale'
      | 'order_id_required'
      | 'order_not_found'
      | 'too_many_rows'
      | 'body_too_large'
      | 'method_not_allowed'
      | 'not_found'
      | 'conflict'
      | 'too_many_failed_logins'
      | 'too_many_requests'
      | 'provider_unavailable'
      | 'temporarily_unavailable'
      | 'shutting_down'
      | 'internal_error'
    message: string | null
    order_id: number | null
    api_key_id: number
    ip: string
    duration_ms: number
    /** As X-Request-Id had it */
    trace_id: string
  }
  Service: {
    id: number
    code: string
    name: string
    description: string | null
    /** "HH:mm" in `time_zone`; null: always open */
    open_time: string | null
    close_time: string | null
    time_zone: string
    delivery_time: string
    is_active: boolean
    processing_type: 'automatic' | 'manual'
    /** The heading of the list that the service stands under */
    group: string
    rule: {
      /** Of one item, or of a quantity of 1 */
      unit_price: number
      /** Of an order; of a service without inputs: its smallest quantity */
      min_items: number
      max_items: number
      processing_type: 'automatic' | 'manual'
    }
    service_type: {
      /** The same for services of the same kind and group */
      id: number
      code: string
      /** The same as `group` */
      name: string
      description: string | null
      is_active: boolean
      /** JSON Schema 2020-12 of an order's `data`. `x-quantityFrom` and `x-requestFrom` are JSON pointers into it: what is counted, and what is sent on */
      input_schema: {
        [key: string]: unknown
      }
      /** JSON Schema 2020-12 of an order's `result` */
      result_schema: {
        [key: string]: unknown
      }
    }
    created_at: string
    /** When it, or a price that the account has, was changed last */
    updated_at: string
  }
  ServiceDetail: {
    data: {
      id: number
      code: string
      name: string
      description: string | null
      /** "HH:mm" in `time_zone`; null: always open */
      open_time: string | null
      close_time: string | null
      time_zone: string
      delivery_time: string
      is_active: boolean
      processing_type: 'automatic' | 'manual'
      /** The heading of the list that the service stands under */
      group: string
      rule: {
        /** Of one item, or of a quantity of 1 */
        unit_price: number
        /** Of an order; of a service without inputs: its smallest quantity */
        min_items: number
        max_items: number
        processing_type: 'automatic' | 'manual'
      }
      service_type: {
        /** The same for services of the same kind and group */
        id: number
        code: string
        /** The same as `group` */
        name: string
        description: string | null
        is_active: boolean
        /** JSON Schema 2020-12 of an order's `data`. `x-quantityFrom` and `x-requestFrom` are JSON pointers into it: what is counted, and what is sent on */
        input_schema: {
          [key: string]: unknown
        }
        /** JSON Schema 2020-12 of an order's `result` */
        result_schema: {
          [key: string]: unknown
        }
      }
      created_at: string
      /** When it, or a price that the account has, was changed last */
      updated_at: string
      scope: {
        access_channel: 'api'
        account_type: 'basic'
        source: 'default'
      }
      availability: null
    }
  }
  Statement: {
    /** YYYY-MM, in UTC */
    month: string
    from: string
    /** The next month's first moment */
    to: string
    /** The month has ended: nothing will be added */
    complete: boolean
    opening_balance: number
    closing_balance: number
    /** As of when it is */
    made_at: string
    account_id: number
    username: string
    currency: string
    /** Of all movements; opening_balance + credits - debits = closing_balance */
    credits: number
    debits: number
    /** Charged for items that succeeded: it was debited when their orders were placed */
    captured: number
    /** Given back of what had been charged, in this month or before; it is among the credits */
    refunded: number
    totals: {
      type: string
      reason: string
      count: number
      amount: number
    }[]
    /** Movements */
    count: number
    /** Oldest first, all of them */
    movements: Schemas['Mutation'][]
  }
  Transaction: {
    id: number
    /**
     * Who began it: a key, or the operator
     * @enum {string}
     */
    access_channel: 'api' | 'operator'
    type: 'order' | 'deposit' | 'adjustment' | 'transfer'
    status: 'pending' | 'succeeded' | 'failed' | 'cancelled'
    /** Never negative. An order's total, whatever becomes of it */
    amount: number
    description: string
    /** The id, to be read out: TX-654 */
    reference_id: string
    external_reference: string | null
    related_order_id: number | null
    related_deposit_id: number | null
    related_transfer_id: number | null
    metadata: {
      direction: 'in' | 'out'
      /** An order's */
      service_code?: string
      /** Charged for the items of an order that succeeded */
      captured?: number
      /** Given back for those that failed or were cancelled */
      refunded?: number
    }
    created_at: string
    completed_at: string | null
    cancelled_at: string | null
  }
  Transfer: {
    id: number
    direction: 'sent' | 'received'
    status: 'succeeded'
    amount: number
    currency: string
    description: string | null
    /** The sender; masked where it is the other one: J*** D***, j***@e***.com */
    sender: {
      name: string
      email: string
    }
    /** The receiver; masked where it is the other one: J*** D***, j***@e***.com */
    receiver: {
      name: string
      email: string
    }
    /** Yours, of /api/transactions */
    transaction_id: number
    created_at: string
  }
  Wallet: {
    /** What can be spent; negative where a credit limit is in use */
    balance: number
    /** The price of items that have not ended */
    reserved: number
    wallet_id: number
    /** ISO 4217 */
    currency: string
    /** How far the balance may go below 0 */
    credit_limit: number
  }
  /** Error */
  Error: {
    error: true
    code:
      | 'INVALID_CREDENTIALS_ERROR'
      | 'KEY_EXPIRED_ERROR'
      | 'KEY_REVOKED_ERROR'
      | 'ACCOUNT_CLOSED_ERROR'
      | 'PERMISSION_DENIED_ERROR'
      | 'IP_NOT_ALLOWED_ERROR'
      | 'REQUEST_NOT_MATCH_SPEC_ERROR'
      | 'INVALID_INPUT_ERROR'
      | 'SERVICE_NOT_FOUND_ERROR'
      | 'SERVICE_CLOSED_ERROR'
      | 'SERVICE_PAUSED_ERROR'
      | 'IMEI_REQUIRED_ERROR'
      | 'INVALID_IMEI_ERROR'
      | 'FIELD_MISSING_ERROR'
      | 'INVALID_FIELD_ERROR'
      | 'QUANTITY_OUT_OF_RANGE_ERROR'
      | 'INSUFFICIENT_BALANCE_ERROR'
      | 'DUPLICATE_ORDER_ERROR'
      | 'IDEMPOTENCY_CONFLICT_ERROR'
      | 'ORDER_NOT_FOUND_ERROR'
      | 'BODY_TOO_LARGE_ERROR'
      | 'NOT_FOUND_ERROR'
      | 'CONFLICT_ERROR'
      | 'TOO_MANY_FAILED_LOGINS_ERROR'
      | 'TOO_MANY_REQUESTS_ERROR'
      | 'PROVIDER_UNAVAILABLE_ERROR'
      | 'TEMPORARILY_UNAVAILABLE_ERROR'
      | 'SHUTTING_DOWN_ERROR'
      | 'INTERNAL_ERROR'
    message: string
    source: 'body' | 'query' | 'headers' | 'params' | 'order'
    /** What is wrong, by field; the steps of a nested field are joined by dots */
    errors: {
      [key: string]: string[]
    }
    /** Names the request, also in X-Request-Id and in the server log */
    traceId: string
    /** With a status of 500 and above: whether something of the request may have been done. false: nothing was, and it may be sent again */
    mayHaveBeenDone?: boolean
  }
}

export interface Operations {
  /** Whose key this is, and what it may do: `GET /api/me` */
  getMe: {
    answer: Schemas['Me']
  }
  /** What the account can buy: `GET /api/services` */
  listServices: {
    takes: {
      limit?: number
      /** The `next_cursor` of the page before */
      cursor?: number
      /** A service's id, or a part of its code, name or group; upper or lower case */
      q?: string
      /** The whole name of a group; upper or lower case */
      group?: string
      /** Only what was changed then or later: a time with its zone, or a day in UTC */
      updated_since?: string
    }
    entry: Schemas['Service']
  }
  /** A service with its price: `GET /api/services/{idOrCode}` */
  getService: {
    takes: {
      /** Its id or its code */
      idOrCode: string
    }
    answer: Schemas['ServiceDetail']
  }
  /** Place an order: `POST /api/order` */
  createOrder: {
    takes: {
      /** The service's code or id */
      code: string | number
      /** What the service's `service_type.input_schema` says */
      data: {
        [key: string]: unknown
      }
      /** Your own words: orders with other ones are other orders */
      reference?: string | null
    }
    answer: Schemas['Order']
  }
  /** Orders, newest first: `GET /api/order` */
  listOrders: {
    takes: {
      limit?: number
      /** The `next_cursor` of the page before */
      cursor?: number
      /** An order's number, or a part of its reference or of an IMEI or serial number */
      q?: string
      /** The whole of your reference: all orders that have it */
      reference?: string
      /** A `transaction_id`, or the whole of a `reference_id`, as orders show them */
      trx_id?: string
      status?: 'pending' | 'success' | 'partial' | 'failed' | 'cancelled'
      processing_type?: 'automatic' | 'manual'
      /** Or its id */
      service_code?: string
      /** Only what was made then or later: a time with its zone, or a day in UTC */
      created_from?: string
      /** Only what was made before that time, or on that day in UTC and before */
      created_to?: string
    }
    entry: Schemas['Order']
  }
  /** An order with all of its items: `GET /api/order/{id}` */
  getOrder: {
    takes: {
      /** Seconds to wait for the end of an order that is pending */
      wait?: number
      /** Its `order_id`, or its `reference` or `reference_id` */
      id: string | number
    }
    answer: Schemas['Order']
  }
  /** How an order is, with at most 100 of its items: `GET /api/order/{id}/status` */
  getOrderStatus: {
    takes: {
      /** Seconds to wait for the end of an order that is pending */
      wait?: number
      /** Its `order_id`, or its `reference` or `reference_id` */
      id: string | number
    }
    answer: Schemas['Order']
  }
  /** An order's items: `GET /api/order/{id}/items` */
  listOrderItems: {
    takes: {
      limit?: number
      /** The `next_cursor` of the page before */
      cursor?: number
      status?: 'pending' | 'success' | 'failed' | 'cancelled'
      /** Its `order_id`, or its `reference` or `reference_id` */
      id: string | number
    }
    entry: Schemas['OrderItem']
  }
  /** Cancel what is not done yet: `POST /api/order/{id}/cancel` */
  cancelOrder: {
    takes: {
      /** Its `order_id`, or its `reference` or `reference_id` */
      id: string | number
    }
    answer: Schemas['OrderCancellation']
  }
  /** Doubt the answer: `POST /api/order/{id}/verify` */
  verifyOrder: {
    takes: {
      /** Its `order_id`, or its `reference` or `reference_id` */
      id: string | number
    }
    answer: Schemas['OrderVerification']
  }
  /** What becomes of orders, as it happens: `GET /api/order/events` */
  followOrders: {
    answer: Schemas['Order']
  }
  /** What your keys asked for lately, and how it was answered, newest first: `GET /api/requests` */
  listRequests: {
    takes: {
      limit?: number
      /** The `next_cursor` of the page before */
      cursor?: number
      protocol?: 'dhru' | 'rest'
      /**
       * `refused`: everything but `ok`
       * @enum {string}
       */
      outcome?:
        | 'refused'
        | 'ok'
        | 'invalid_credentials'
        | 'key_expired'
        | 'key_revoked'
        | 'account_closed'
        | 'step_up_required'
        | 'csrf'
        | 'session_expired'
        | 'permission_denied'
        | 'ip_not_allowed'
        | 'invalid_signature'
        | 'action_missing'
        | 'unsupported_action'
        | 'payload_required'
        | 'malformed_parameters'
        | 'invalid_input'
        | 'service_not_found'
        | 'service_closed'
        | 'service_paused'
        | 'imei_required'
        | 'invalid_imei'
        | 'field_missing'
        | 'invalid_field'
        | 'quantity_out_of_range'
        | 'insufficient_balance'
        | 'duplicate_order'
        | 'idempotency_conflict'
        | 'version_conflict'
        | 'plan_stale'
        | 'order_id_required'
        | 'order_not_found'
        | 'too_many_rows'
        | 'body_too_large'
        | 'method_not_allowed'
        | 'not_found'
        | 'conflict'
        | 'too_many_failed_logins'
        | 'too_many_requests'
        | 'provider_unavailable'
        | 'temporarily_unavailable'
        | 'shutting_down'
        | 'internal_error'
      action?: string
      /** Only what this key asked for */
      key?: number
    }
    entry: Schemas['Request']
  }
  /** The balance as it is now: `GET /api/wallet/snap` */
  getBalance: {
    answer: Schemas['Wallet']
  }
  /** What moved the available balance, newest first: `GET /api/mutation` */
  listMutations: {
    takes: {
      limit?: number
      /** The `next_cursor` of the page before */
      cursor?: number
      /** Only what was made then or later: a time with its zone, or a day in UTC */
      created_from?: string
      /** Only what was made before that time, or on that day in UTC and before */
      created_to?: string
      type?: 'credit' | 'debit'
      reason?: 'order' | 'refund' | 'deposit' | 'adjustment' | 'transfer'
    }
    entry: Schemas['Mutation']
  }
  /** One movement of the available balance: `GET /api/mutation/{id}` */
  getMutation: {
    takes: {
      id: number
    }
    answer: {
      data: Schemas['Mutation']
    }
  }
  /** Orders, deposits, adjustments and transfers, newest first: `GET /api/transactions` */
  listTransactions: {
    takes: {
      limit?: number
      /** The `next_cursor` of the page before */
      cursor?: number
      /** Only what was made then or later: a time with its zone, or a day in UTC */
      created_from?: string
      /** Only what was made before that time, or on that day in UTC and before */
      created_to?: string
      type?: 'order' | 'deposit' | 'adjustment' | 'transfer'
    }
    entry: Schemas['Transaction']
  }
  /** One transaction: `GET /api/transactions/{id}` */
  getTransaction: {
    takes: {
      id: number
    }
    answer: {
      data: Schemas['Transaction']
    }
  }
  /** Send money to another account of the same currency: `POST /api/transfer` */
  createTransfer: {
    takes: {
      /** The user name or e-mail address, whole */
      receiver: string
      /** More than 0, with at most 6 decimals; a number or a text such as "12.50" */
      amount: number | string
      description?: string | null
    }
    answer: {
      data: {
        transferId: number
        /** Yours, of /api/transactions */
        transactionId: number
        /** Yours, of /api/mutation */
        senderLedgerId: number
        /** The receiver's */
        receiverLedgerId: number
      }
      replayed: boolean
    }
  }
  /** What you sent to other accounts and received from them, newest first: `GET /api/transfer` */
  listTransfers: {
    takes: {
      limit?: number
      /** The `next_cursor` of the page before */
      cursor?: number
      /** Only what was made then or later: a time with its zone, or a day in UTC */
      created_from?: string
      /** Only what was made before that time, or on that day in UTC and before */
      created_to?: string
      direction?: 'sent' | 'received'
    }
    entry: Schemas['Transfer']
  }
  /** One transfer between accounts: `GET /api/transfer/{id}` */
  getTransfer: {
    takes: {
      id: number
    }
    answer: {
      data: Schemas['Transfer']
    }
  }
  /** The ways to pay in, in the currency of the account: `GET /api/deposit/provider` */
  listDepositProviders: {
    takes: {
      limit?: number
      /** The `next_cursor` of the page before */
      cursor?: number
    }
    entry: Schemas['DepositProvider']
  }
  /** A way to pay in: `GET /api/deposit/provider/{code}` */
  getDepositProvider: {
    takes: {
      code: string
    }
    answer: {
      data: Schemas['DepositProvider']
    }
  }
  /** Begin a deposit: `POST /api/deposit` */
  createDeposit: {
    takes: {
      /** More than 0, with at most 6 decimals; a number or a text such as "12.50" */
      amount: number | string
      provider_code: string
    }
    answer: Schemas['Deposit']
  }
  /** Deposits, the newest first: `GET /api/deposit` */
  listDeposits: {
    takes: {
      status?: 'pending' | 'review' | 'succeeded' | 'cancelled' | 'expired' | 'failed'
      provider_code?: string
      limit?: number
      /** The `next_cursor` of the page before */
      cursor?: number
    }
    entry: Schemas['Deposit']
  }
  /** A deposit: `GET /api/deposit/{id}` */
  getDeposit: {
    takes: {
      id: number
    }
    answer: Schemas['Deposit']
  }
  /** Hand in what proves a bank transfer: `POST /api/deposit/{id}/proof` */
  handInDepositProof: {
    takes: {
      id: number
      /** Such as the bank's reference */
      reference?: string
      /** A PNG, JPEG or PDF in base64, of at most 1048576 bytes decoded */
      file?: string
    }
    answer: Schemas['Deposit']
  }
  /** Cancel a deposit that will not be paid: `POST /api/deposit/{id}/cancel` */
  cancelDeposit: {
    takes: {
      id: number
    }
    answer: Schemas['Deposit']
  }
  /** The months in which something moved, newest first: `GET /api/statement` */
  listStatements: {
    takes: {
      limit?: number
      /** The `next_cursor` of the page before */
      cursor?: number
    }
    entry: {
      /** YYYY-MM, in UTC */
      month: string
      from: string
      /** The next month's first moment */
      to: string
      /** The month has ended: nothing will be added */
      complete: boolean
      opening_balance: number
      closing_balance: number
    }
  }
  /** The statement of a month: `GET /api/statement/{month}` */
  getStatement: {
    takes: {
      format?: 'json' | 'csv' | 'pdf'
      /** YYYY-MM, in UTC */
      month: string
    }
    answer: {
      data: Schemas['Statement']
    }
  }
}
