import { api, dataOf } from './client.ts'
import { madeBy, signedBy } from './passkeys.ts'
import type { SecondFactor } from './second-factor.ts'

/** Passkey and OwnSignIn are what a person has, as both APIs of people show them. */
interface Passkey {
  id: number
  name: string
  created_at: string
  last_used_at: string | null
}
interface OwnSignIn {
  id: number
  device: string
  address: string
  last_seen_at: string
}

/** OwnEmail is what a person signs in with, and what is to take its place. */
interface OwnEmail {
  email: string
  possible: boolean
  pending: { email: string; until: string } | null
}

interface Begun {
  csrf_token: string
}

/** Own is what a person does about what it signs in with: the routes of the console, or of the portal. */
export interface Own {
  /** `minPassword` is how many characters a password has at least. */
  minPassword: number
  prove: (given: { password: string } & (SecondFactor | object)) => Promise<Begun>
  proveByPasskey: () => Promise<Begun>
  /** `needsApp`: everybody has an authenticator app. */
  needsApp: boolean
  email: (signal: AbortSignal) => Promise<OwnEmail>
  askForEmail: (email: string) => Promise<OwnEmail>
  withdrawEmail: () => Promise<OwnEmail>
  setPassword: (password: string) => Promise<unknown>
  offerTotp: () => Promise<{ secret: string; uri: string }>
  setTotp: (given: { totp_secret: string; code: string }) => Promise<unknown>
  /** `removeTotp` is there where one may do without. */
  removeTotp?: () => Promise<unknown>
  renewRecoveryCodes: () => Promise<{ recovery_codes: string[] }>
  passkeys: (signal: AbortSignal) => Promise<{ items: Passkey[] }>
  addPasskey: (name: string) => Promise<unknown>
  removePasskey: (id: number) => Promise<unknown>
  signIns: (signal: AbortSignal) => Promise<{ items: OwnSignIn[]; current: number }>
  endSignIn: (id: number) => Promise<unknown>
  endOtherSignIns: () => Promise<unknown>
}

/** `offerPasskey` asks the console's server for what a passkey signs. */
export const offerPasskey = () => dataOf(api.POST('/api/operator/session/passkey/offer'))

/** `consoleOwn` are the routes of the console. */
export const consoleOwn: Own = {
  minPassword: 12,
  needsApp: true,
  prove: (body) => dataOf(api.POST('/api/operator/session/proof', { body })),
  proveByPasskey: async () => {
    const credential = await signedBy(offerPasskey)
    return await dataOf(api.POST('/api/operator/session/proof/passkey', { body: { credential } }))
  },
  email: (signal) => dataOf(api.GET('/api/operator/me/email', { signal })),
  askForEmail: (email) => dataOf(api.POST('/api/operator/me/email', { body: { email } })),
  withdrawEmail: () => dataOf(api.DELETE('/api/operator/me/email')),
  setPassword: (password) => dataOf(api.POST('/api/operator/me/password', { body: { password } })),
  offerTotp: () => dataOf(api.POST('/api/operator/me/totp/offer')),
  setTotp: (body) => dataOf(api.POST('/api/operator/me/totp', { body })),
  renewRecoveryCodes: () => dataOf(api.POST('/api/operator/me/recovery-codes')),
  passkeys: (signal) => dataOf(api.GET('/api/operator/me/passkeys', { signal })),
  addPasskey: async (name) => {
    const credential = await madeBy(() => dataOf(api.POST('/api/operator/me/passkeys/offer')))
    return await dataOf(api.POST('/api/operator/me/passkeys', { body: { name, credential } }))
  },
  removePasskey: (id) => dataOf(api.DELETE('/api/operator/me/passkeys/{id}', { params: { path: { id } } })),
  signIns: (signal) => dataOf(api.GET('/api/operator/me/sign-ins', { signal })),
  endSignIn: (id) => dataOf(api.DELETE('/api/operator/me/sign-ins/{id}', { params: { path: { id } } })),
  endOtherSignIns: () => dataOf(api.DELETE('/api/operator/me/sign-ins')),
}
