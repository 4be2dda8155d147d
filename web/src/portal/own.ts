import { dataOf } from '../api/client.ts'
import type { Own } from '../api/own.ts'
import { madeBy, signedBy } from '../api/passkeys.ts'
import { portal } from '../api/portal.ts'

/** `portalOwn` are the routes of the portal by which people change what they sign in with. */
export const portalOwn: Own = {
  minPassword: 8,
  needsApp: false,
  prove: (body) => dataOf(portal.POST('/api/portal/session/proof', { body })),
  proveByPasskey: async () => {
    const credential = await signedBy(() => dataOf(portal.POST('/api/portal/session/passkey/offer')))
    return await dataOf(portal.POST('/api/portal/session/proof/passkey', { body: { credential } }))
  },
  email: (signal) => dataOf(portal.GET('/api/portal/me/email', { signal })),
  askForEmail: (email) => dataOf(portal.POST('/api/portal/me/email', { body: { email } })),
  withdrawEmail: () => dataOf(portal.DELETE('/api/portal/me/email')),
  setPassword: (password) => dataOf(portal.POST('/api/portal/me/password', { body: { password } })),
  offerTotp: () => dataOf(portal.POST('/api/portal/me/totp/offer')),
  setTotp: (body) => dataOf(portal.POST('/api/portal/me/totp', { body })),
  removeTotp: () => dataOf(portal.DELETE('/api/portal/me/totp')),
  renewRecoveryCodes: () => dataOf(portal.POST('/api/portal/me/recovery-codes')),
  passkeys: (signal) => dataOf(portal.GET('/api/portal/me/passkeys', { signal })),
  addPasskey: async (name) => {
    const credential = await madeBy(() => dataOf(portal.POST('/api/portal/me/passkeys/offer')))
    return await dataOf(portal.POST('/api/portal/me/passkeys', { body: { name, credential } }))
  },
  removePasskey: (id) => dataOf(portal.DELETE('/api/portal/me/passkeys/{id}', { params: { path: { id } } })),
  signIns: (signal) => dataOf(portal.GET('/api/portal/me/sign-ins', { signal })),
  endSignIn: (id) => dataOf(portal.DELETE('/api/portal/me/sign-ins/{id}', { params: { path: { id } } })),
  endOtherSignIns: () => dataOf(portal.DELETE('/api/portal/me/sign-ins')),
}
