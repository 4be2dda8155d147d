// Made of the OpenAPI document by `npm run client:types`: do not edit.

export interface components {
  schemas: {
    Deposit: {
      id: number
      provider_code: string
      channel: string
      /** @description pending: to be paid. review: a person looks at it. Only succeeded has been credited. */
      status: 'pending' | 'review' | 'succeeded' | 'cancelled' | 'expired' | 'failed'
      currency: string
      amounts: {
        /** @description What is to be paid: deposit_amount and fee_amount */
        total_pay: number
        /** @description What is credited */
        deposit_amount: number
      }
      fee_amount: number
      qr_string: null
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
      /**
       * Format: date-time
       * @description Until when it can be paid
       */
      expires_at: string
      /** Format: date-time */
      created_at: string
      completed_at: string | null
      cancelled_at: string | null
    }
    DepositProvider: {
      id: number
      code: string
      name: string
      kind: 'manual' | 'stripe'
      /** @description bank_transfer, checkout */
      channel: string
      currency: string
      /** @description A decimal; of what is credited */
      min_deposit: string
      max_deposit: string | null
      /** @description Percent of what is credited, paid on top of it */
      fee_percent: string
      /** @description Paid on top, too */
      fee_flat: string
      is_active: boolean
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    Me: {
      user_id: number
      /** @enum {string} */
      via: 'client_api_key'
      /** @enum {string} */
      access_channel: 'api'
      /** @enum {string} */
      account_type: 'basic'
      /** @enum {string} */
      role: 'user'
      phone: null
      profile_picture_url: null
      username: string
      email: string
      session_id: null
      api_key_id: number
      /** @enum {string} */
      api_key_type: 'client'
      external_user: null
      permissions: string[]
      token: {
        expires_at: string | null
        /** @description Seconds */
        expires_in: number | null
      }
      name: string
      /** @description ISO 4217: that of every amount */
      currency: string
    }
    Mutation: {
      id: number
      /** @description The transaction that it belongs to */
      reference_transaction_id: number
      type: 'credit' | 'debit'
      reason: 'order' | 'refund' | 'deposit' | 'adjustment' | 'transfer'
      /** @description Never negative: the type says which way it went */
      amount: number
      /** @description The available balance that it left */
      balance_after: number
      note: string | null
      order_id: number | null
      /** Format: date-time */
      created_at: string
    }
    Order: {
      order_id: number
      /** @description `partial`: some items ended well and some did not */
      status: 'pending' | 'success' | 'partial' | 'failed' | 'cancelled'
      /** @description The supplier's */
      reference_id: string | null
      message: string
      /** @description Items that have ended */
      processed: number
      /** @description Items that ended well */
      processed_success: number
      /** @description Items that failed or were cancelled */
      processed_error: number
      /** @description What the account has available */
      remaining_balance: number
      result: components['schemas']['OrderItem'][]
      /** @description Items are missing in `result`; everything else counts all of them */
      result_truncated?: boolean
      error_message: string | null
      /** @description The transaction that reserved the price */
      transaction_id: number
      service_code: string
      /** @description Items, or the quantity */
      total: number
      /** @description Of one of them */
      price: number
      total_price: number
      /** @description For the items that ended well */
      charged_amount: number
      /** @description For those that did not */
      refunded_amount: number
      balance_before: number
      /** Format: date-time */
      created_at: string
      finished_at: string | null
      currency: string
      /** @description The buyer's own words */
      reference: string | null
    }
    OrderCancellation: {
      data: {
        order_id: number
        /** @description Items that were cancelled */
        cancelled: number
        /** @description Items that are with a supplier: their cancellation is requested */
        requested: number
        /** @description Items that had ended before */
        ended: number
      }
    }
    OrderItem: {
      position: number
      imei?: string
      serial?: string
      /** @description What an item of another kind is for */
      input?: string
      quantity: number
      status: 'pending' | 'success' | 'failed' | 'cancelled'
      result: string | null
      error: string | null
    }
    OrderVerification: {
      data: {
        order_id: number
        /** @description Items that are looked at again */
        requested: number
        /** @description Items that have not ended: they are asked about anyway */
        open: number
      }
    }
    Request: {
      id: number
      /**
       * Format: date-time
       * @description When it came in
       */
      time: string
      protocol: 'dhru' | 'rest'
      /** @description The Dhru action, or method and path */
      action: string
      /** @description Of HTTP; the Dhru endpoint always answers 200 */
      status: number
      /** @description `ok`, or the error: in the words of the Dhru endpoint, here also in capitals */
      outcome:
        | 'ok'
        | 'invalid_credentials'
        | 'key_expired'
        | 'key_revoked'
        | 'account_closed'
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
        | 'imei_required'
        | 'invalid_imei'
        | 'field_missing'
        | 'invalid_field'
        | 'quantity_out_of_range'
        | 'insufficient_balance'
        | 'duplicate_order'
        | 'idempotency_conflict'
        | 'order_id_required'
        | 'order_not_found'
        | 'too_many_rows'
        | 'body_too_large'
        | 'method_not_allowed'
        | 'not_found'
        | 'conflict'
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
      /** @description As X-Request-Id had it */
      trace_id: string
    }
    Service: {
      id: number
      code: string
      name: string
      description: string | null
      /** @description "HH:mm" in `time_zone`; null: always open */
      open_time: string | null
      close_time: string | null
      time_zone: string
      delivery_time: string
      is_active: boolean
      processing_type: 'automatic' | 'manual'
      service_type: {
        /** @description The same for services of the same kind and group */
        id: number
        code: string
        /** @description The heading of the list that the service stands under */
        name: string
        description: string | null
        is_active: boolean
        /** @description JSON Schema 2020-12 of an order's `data`. `x-quantityFrom` and `x-requestFrom` are JSON pointers into it: what is counted, and what is sent on */
        input_schema: {
          [key: string]: unknown
        }
        /** @description JSON Schema 2020-12 of an order's `result` */
        result_schema: {
          [key: string]: unknown
        }
      }
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    ServiceDetail: {
      data: {
        id: number
        code: string
        name: string
        description: string | null
        /** @description "HH:mm" in `time_zone`; null: always open */
        open_time: string | null
        close_time: string | null
        time_zone: string
        delivery_time: string
        is_active: boolean
        processing_type: 'automatic' | 'manual'
        service_type: {
          /** @description The same for services of the same kind and group */
          id: number
          code: string
          /** @description The heading of the list that the service stands under */
          name: string
          description: string | null
          is_active: boolean
          /** @description JSON Schema 2020-12 of an order's `data`. `x-quantityFrom` and `x-requestFrom` are JSON pointers into it: what is counted, and what is sent on */
          input_schema: {
            [key: string]: unknown
          }
          /** @description JSON Schema 2020-12 of an order's `result` */
          result_schema: {
            [key: string]: unknown
          }
        }
        /** Format: date-time */
        created_at: string
        /** Format: date-time */
        updated_at: string
        scope: {
          /** @enum {string} */
          access_channel: 'api'
          /** @enum {string} */
          account_type: 'basic'
          /** @enum {string} */
          source: 'default'
        }
        rule: {
          /** @description Of one item, or of a quantity of 1 */
          unit_price: number
          /** @description Of an order; of a service without inputs: its smallest quantity */
          min_items: number
          max_items: number
          processing_type: 'automatic' | 'manual'
        }
        availability: null
      }
    }
    Statement: {
      /** @description YYYY-MM, in UTC */
      month: string
      /** Format: date-time */
      from: string
      /**
       * Format: date-time
       * @description The next month's first moment
       */
      to: string
      /** @description The month has ended: nothing will be added */
      complete: boolean
      opening_balance: number
      closing_balance: number
      /**
       * Format: date-time
       * @description As of when it is
       */
      made_at: string
      account_id: number
      username: string
      currency: string
      /** @description Of all movements; opening_balance + credits - debits = closing_balance */
      credits: number
      debits: number
      /** @description Charged for items that succeeded: it was debited when their orders were placed */
      captured: number
      totals: {
        type: string
        reason: string
        count: number
        amount: number
      }[]
      /** @description Movements */
      count: number
      /** @description Oldest first, all of them */
      movements: components['schemas']['Mutation'][]
    }
    Transaction: {
      id: number
      /** @description Who began it: a key, or the operator */
      access_channel: 'api' | 'operator'
      type: 'order' | 'deposit' | 'adjustment' | 'transfer'
      status: 'pending' | 'succeeded' | 'failed' | 'cancelled'
      /** @description Never negative. An order's total, whatever becomes of it */
      amount: number
      description: string
      /** @description The id, to be read out: TX-654 */
      reference_id: string
      external_reference: string | null
      related_order_id: number | null
      related_deposit_id: number | null
      related_transfer_id: number | null
      metadata: {
        direction: 'in' | 'out'
        /** @description An order's */
        service_code?: string
        /** @description Charged for the items of an order that succeeded */
        captured?: number
        /** @description Given back for those that failed or were cancelled */
        refunded?: number
      }
      /** Format: date-time */
      created_at: string
      completed_at: string | null
      cancelled_at: string | null
    }
    Transfer: {
      id: number
      direction: 'sent' | 'received'
      /** @enum {string} */
      status: 'succeeded'
      amount: number
      currency: string
      description: string | null
      /** @description The sender; masked where it is the other one: J*** D***, j***@e***.com */
      sender: {
        name: string
        email: string
      }
      /** @description The receiver; masked where it is the other one: J*** D***, j***@e***.com */
      receiver: {
        name: string
        email: string
      }
      /** @description Yours, of /api/transactions */
      transaction_id: number
      /** Format: date-time */
      created_at: string
    }
    Wallet: {
      /** @description What can be spent; negative where a credit limit is in use */
      balance: number
      /** @description The price of items that have not ended */
      reserved: number
      wallet_id: number
      /** @description ISO 4217 */
      currency: string
      /** @description How far the balance may go below 0 */
      credit_limit: number
    }
    /** Error */
    Error: {
      /** @enum {boolean} */
      error: true
      code:
        | 'INVALID_CREDENTIALS_ERROR'
        | 'KEY_EXPIRED_ERROR'
        | 'KEY_REVOKED_ERROR'
        | 'ACCOUNT_CLOSED_ERROR'
        | 'PERMISSION_DENIED_ERROR'
        | 'IP_NOT_ALLOWED_ERROR'
        | 'INVALID_SIGNATURE_ERROR'
        | 'ACTION_MISSING_ERROR'
        | 'UNSUPPORTED_ACTION_ERROR'
        | 'REQUEST_NOT_MATCH_SPEC_ERROR'
        | 'INVALID_INPUT_ERROR'
        | 'SERVICE_NOT_FOUND_ERROR'
        | 'SERVICE_CLOSED_ERROR'
        | 'IMEI_REQUIRED_ERROR'
        | 'INVALID_IMEI_ERROR'
        | 'FIELD_MISSING_ERROR'
        | 'INVALID_FIELD_ERROR'
        | 'QUANTITY_OUT_OF_RANGE_ERROR'
        | 'INSUFFICIENT_BALANCE_ERROR'
        | 'DUPLICATE_ORDER_ERROR'
        | 'IDEMPOTENCY_CONFLICT_ERROR'
        | 'ORDER_ID_REQUIRED_ERROR'
        | 'ORDER_NOT_FOUND_ERROR'
        | 'TOO_MANY_ROWS_ERROR'
        | 'BODY_TOO_LARGE_ERROR'
        | 'METHOD_NOT_ALLOWED_ERROR'
        | 'NOT_FOUND_ERROR'
        | 'CONFLICT_ERROR'
        | 'TOO_MANY_REQUESTS_ERROR'
        | 'PROVIDER_UNAVAILABLE_ERROR'
        | 'TEMPORARILY_UNAVAILABLE_ERROR'
        | 'SHUTTING_DOWN_ERROR'
        | 'INTERNAL_ERROR'
      message: string
      source: 'body' | 'query' | 'headers' | 'params' | 'order'
      /** @description What is wrong, by field; the steps of a nested field are joined by dots */
      errors: {
        [key: string]: string[]
      }
      /** @description Names the request, also in X-Request-Id and in the server log */
      traceId: string
    }
  }
  responses: never
  parameters: never
  requestBodies: never
  headers: never
  pathItems: never
}
export interface operations {
  getMe: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Me']
        }
      }
    }
  }
  listServices: {
    parameters: {
      query?: {
        limit?: number
        /** @description The `next_cursor` of the page before */
        cursor?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: {
              page: {
                items: components['schemas']['Service'][]
                /** @description null: this is the end */
                next_cursor: number | null
              }
            }
          }
        }
      }
    }
  }
  getService: {
    parameters: {
      query?: never
      header?: never
      path: {
        /** @description Its id or its code */
        idOrCode: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ServiceDetail']
        }
      }
    }
  }
  listOrders: {
    parameters: {
      query?: {
        limit?: number
        /** @description The `next_cursor` of the page before */
        cursor?: number
        /** @description An order's number, or a part of its reference or of an IMEI or serial number */
        q?: string
        status?: 'pending' | 'success' | 'partial' | 'failed' | 'cancelled'
        processing_type?: 'automatic' | 'manual'
        /** @description Or its id */
        service_code?: string
        /** @description Only what was made then or later: a time with its zone, or a day in UTC */
        created_from?: string | unknown | unknown
        /** @description Only what was made before that time, or on that day in UTC and before */
        created_to?: string | unknown | unknown
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: {
              page: {
                items: components['schemas']['Order'][]
                /** @description null: this is the end */
                next_cursor: number | null
              }
            }
          }
        }
      }
    }
  }
  createOrder: {
    parameters: {
      query?: never
      header?: {
        /** @description Any text that is new for each new request, best a UUID; the same for a repeated one */
        'idempotency-key'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description The service's code or id */
          code: string | number
          /** @description What the service's `service_type.input_schema` says */
          data: {
            [key: string]: unknown
          }
          /** @description Your own words: orders with other ones are other orders */
          reference?: string | null
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Order']
        }
      }
    }
  }
  getOrder: {
    parameters: {
      query?: {
        /** @description Seconds to wait for the end of an order that is pending */
        wait?: number
      }
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Order']
        }
      }
    }
  }
  getOrderStatus: {
    parameters: {
      query?: {
        /** @description Seconds to wait for the end of an order that is pending */
        wait?: number
      }
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Order']
        }
      }
    }
  }
  listOrderItems: {
    parameters: {
      query?: {
        limit?: number
        /** @description The `next_cursor` of the page before */
        cursor?: number
        status?: 'pending' | 'success' | 'failed' | 'cancelled'
      }
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: {
              page: {
                items: components['schemas']['OrderItem'][]
                /** @description null: this is the end */
                next_cursor: number | null
              }
            }
          }
          'application/x-ndjson': string
        }
      }
    }
  }
  cancelOrder: {
    parameters: {
      query?: never
      header?: {
        /** @description Any text that is new for each new request, best a UUID; the same for a repeated one */
        'idempotency-key'?: string
      }
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['OrderCancellation']
        }
      }
    }
  }
  verifyOrder: {
    parameters: {
      query?: never
      header?: {
        /** @description Any text that is new for each new request, best a UUID; the same for a repeated one */
        'idempotency-key'?: string
      }
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['OrderVerification']
        }
      }
    }
  }
  followOrders: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Order']
          'text/event-stream': string
        }
      }
    }
  }
  listRequests: {
    parameters: {
      query?: {
        limit?: number
        /** @description The `next_cursor` of the page before */
        cursor?: number
        protocol?: 'dhru' | 'rest'
        /** @description `refused`: everything but `ok` */
        outcome?:
          | 'refused'
          | 'ok'
          | 'invalid_credentials'
          | 'key_expired'
          | 'key_revoked'
          | 'account_closed'
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
          | 'imei_required'
          | 'invalid_imei'
          | 'field_missing'
          | 'invalid_field'
          | 'quantity_out_of_range'
          | 'insufficient_balance'
          | 'duplicate_order'
          | 'idempotency_conflict'
          | 'order_id_required'
          | 'order_not_found'
          | 'too_many_rows'
          | 'body_too_large'
          | 'method_not_allowed'
          | 'not_found'
          | 'conflict'
          | 'too_many_requests'
          | 'provider_unavailable'
          | 'temporarily_unavailable'
          | 'shutting_down'
          | 'internal_error'
        action?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: {
              page: {
                items: components['schemas']['Request'][]
                /** @description null: this is the end */
                next_cursor: number | null
              }
            }
          }
        }
      }
    }
  }
  getBalance: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Wallet']
        }
      }
    }
  }
  listMutations: {
    parameters: {
      query?: {
        limit?: number
        /** @description The `next_cursor` of the page before */
        cursor?: number
        /** @description Only what was made then or later: a time with its zone, or a day in UTC */
        created_from?: string | unknown | unknown
        /** @description Only what was made before that time, or on that day in UTC and before */
        created_to?: string | unknown | unknown
        type?: 'credit' | 'debit'
        reason?: 'order' | 'refund' | 'deposit' | 'adjustment' | 'transfer'
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: {
              page: {
                items: components['schemas']['Mutation'][]
                /** @description null: this is the end */
                next_cursor: number | null
              }
            }
          }
        }
      }
    }
  }
  getMutation: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: components['schemas']['Mutation']
          }
        }
      }
    }
  }
  listTransactions: {
    parameters: {
      query?: {
        limit?: number
        /** @description The `next_cursor` of the page before */
        cursor?: number
        /** @description Only what was made then or later: a time with its zone, or a day in UTC */
        created_from?: string | unknown | unknown
        /** @description Only what was made before that time, or on that day in UTC and before */
        created_to?: string | unknown | unknown
        type?: 'order' | 'deposit' | 'adjustment' | 'transfer'
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: {
              page: {
                items: components['schemas']['Transaction'][]
                /** @description null: this is the end */
                next_cursor: number | null
              }
            }
          }
        }
      }
    }
  }
  getTransaction: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: components['schemas']['Transaction']
          }
        }
      }
    }
  }
  listTransfers: {
    parameters: {
      query?: {
        limit?: number
        /** @description The `next_cursor` of the page before */
        cursor?: number
        /** @description Only what was made then or later: a time with its zone, or a day in UTC */
        created_from?: string | unknown | unknown
        /** @description Only what was made before that time, or on that day in UTC and before */
        created_to?: string | unknown | unknown
        direction?: 'sent' | 'received'
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: {
              page: {
                items: components['schemas']['Transfer'][]
                /** @description null: this is the end */
                next_cursor: number | null
              }
            }
          }
        }
      }
    }
  }
  createTransfer: {
    parameters: {
      query?: never
      header: {
        /** @description Any text that is new for each new request, best a UUID; the same for a repeated one */
        'idempotency-key': string
      }
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description The user name or e-mail address, whole */
          receiver: string
          /** @description More than 0, with at most 6 decimals; a number or a text such as "12.50" */
          amount: number | string
          description?: string | null
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: {
              transferId: number
              /** @description Yours, of /api/transactions */
              transactionId: number
              /** @description Yours, of /api/mutation */
              senderLedgerId: number
              /** @description The receiver's */
              receiverLedgerId: number
            }
            replayed: boolean
          }
        }
      }
    }
  }
  getTransfer: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: components['schemas']['Transfer']
          }
        }
      }
    }
  }
  listDepositProviders: {
    parameters: {
      query?: {
        limit?: number
        /** @description The `next_cursor` of the page before */
        cursor?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: {
              page: {
                items: components['schemas']['DepositProvider'][]
                /** @description null: this is the end */
                next_cursor: number | null
              }
            }
          }
        }
      }
    }
  }
  getDepositProvider: {
    parameters: {
      query?: never
      header?: never
      path: {
        code: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: components['schemas']['DepositProvider']
          }
        }
      }
    }
  }
  listDeposits: {
    parameters: {
      query?: {
        status?: 'pending' | 'review' | 'succeeded' | 'cancelled' | 'expired' | 'failed'
        provider_code?: string
        limit?: number
        /** @description The `next_cursor` of the page before */
        cursor?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: {
              page: {
                items: components['schemas']['Deposit'][]
                /** @description null: this is the end */
                next_cursor: number | null
              }
            }
          }
        }
      }
    }
  }
  createDeposit: {
    parameters: {
      query?: never
      header?: {
        /** @description Any text that is new for each new request, best a UUID; the same for a repeated one */
        'idempotency-key'?: string
      }
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description More than 0, with at most 6 decimals; a number or a text such as "12.50" */
          amount: number | string
          provider_code: string
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Deposit']
        }
      }
    }
  }
  getDeposit: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Deposit']
        }
      }
    }
  }
  handInDepositProof: {
    parameters: {
      query?: never
      header?: {
        /** @description Any text that is new for each new request, best a UUID; the same for a repeated one */
        'idempotency-key'?: string
      }
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Such as the bank's reference */
          reference?: string
          /** @description A PNG, JPEG or PDF in base64, of at most 1048576 bytes decoded */
          file?: string
        }
      }
    }
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Deposit']
        }
      }
    }
  }
  cancelDeposit: {
    parameters: {
      query?: never
      header?: {
        /** @description Any text that is new for each new request, best a UUID; the same for a repeated one */
        'idempotency-key'?: string
      }
      path: {
        id: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Deposit']
        }
      }
    }
  }
  listStatements: {
    parameters: {
      query?: {
        limit?: number
        /** @description The `next_cursor` of the page before */
        cursor?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: {
              page: {
                items: {
                  /** @description YYYY-MM, in UTC */
                  month: string
                  /** Format: date-time */
                  from: string
                  /**
                   * Format: date-time
                   * @description The next month's first moment
                   */
                  to: string
                  /** @description The month has ended: nothing will be added */
                  complete: boolean
                  opening_balance: number
                  closing_balance: number
                }[]
                /** @description null: this is the end */
                next_cursor: number | null
              }
            }
          }
        }
      }
    }
  }
  getStatement: {
    parameters: {
      query?: {
        format?: 'json' | 'csv' | 'pdf'
      }
      header?: never
      path: {
        /** @description YYYY-MM, in UTC */
        month: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Done */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            data: components['schemas']['Statement']
          }
          'text/csv': string
          'application/pdf': string
        }
      }
    }
  }
}
