import { api, dataOf } from './client.ts'
import { offerPasskey } from './own.ts'
import { signedBy } from './passkeys.ts'
import type { SecondFactor } from './second-factor.ts'

interface Begun {
  csrf_token: string
  second_factor_needed: boolean
}

/** Entrance is how people get into an application: its address, and the routes that let somebody in. */
export interface Entrance {
  base: '/console' | '/portal'
  password: (body: { email: string; password: string }) => Promise<Begun>
  secondFactor: (body: SecondFactor) => Promise<Begun>
  passkey: () => Promise<Pick<Begun, 'csrf_token'>>
}

export const consoleEntrance: Entrance = {
  base: '/console',
  password: (body) => dataOf(api.POST('/api/operator/session', { body })),
  secondFactor: (body) => dataOf(api.POST('/api/operator/session/second-factor', { body })),
  passkey: async () =>
    dataOf(api.POST('/api/operator/session/passkey', { body: { credential: await signedBy(offerPasskey) } })),
}
