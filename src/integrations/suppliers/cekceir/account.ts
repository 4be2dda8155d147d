import { balanceOf, decimalIn } from '../http-kit/amounts.ts'
import { type JsonObject, textField } from '../http-kit/json.ts'
import type { Reasons } from '../http-kit/reasons.ts'
import type { SupplierAccount } from '../supplier.ts'
import { type Api, type Said, unwrapped } from './api.ts'

/** `readAccount` gives who we are there and what we have left. Throws an Error that quotes the API when it does not say. */
export async function readAccount(api: Api, reasons: Reasons, signal: AbortSignal): Promise<SupplierAccount> {
  const [me, wallet] = await Promise.all([api.get('/me', signal), api.get('/wallet/snap', signal)])
  const who = merged(answered(me, reasons))
  const has = merged(answered(wallet, reasons))
  const currency = textField(has, 'currency') ?? textField(who, 'currency') ?? null
  return {
    balance: balanceOf(decimalIn(has['balance'], currency ?? undefined) ?? '') ?? null,
    currency,
    name: textField(who, 'username', 'email', 'user_id') ?? null,
  }
}

/** `merged` adds the fields that stand in `data`. */
const merged = (body: JsonObject): JsonObject => ({ ...unwrapped(body), ...body })

/** `answered` throws an Error for whatever is no answer. */
export function answered(said: Said, reasons: Reasons): JsonObject {
  if (said.kind === 'answer') return said.body
  throw new Error(reasons.of(said.kind === 'fault' ? `HTTP ${said.status}: ${said.message}` : said.why))
}
