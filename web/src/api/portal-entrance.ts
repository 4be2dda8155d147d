import { dataOf } from './client.ts'
import type { Entrance } from './entrance.ts'
import { signedBy } from './passkeys.ts'
import { portal } from './portal.ts'

export const portalEntrance: Entrance = {
  base: '/portal',
  password: (body) => dataOf(portal.POST('/api/portal/session', { body })),
  secondFactor: (body) => dataOf(portal.POST('/api/portal/session/second-factor', { body })),
  passkey: async () => {
    const credential = await signedBy(() => dataOf(portal.POST('/api/portal/session/passkey/offer')))
    return await dataOf(portal.POST('/api/portal/session/passkey', { body: { credential } }))
  },
}
