import { api, dataOf } from './client.ts'
import { offerPasskey } from './own.ts'
import { signedBy } from './passkeys.ts'
import type { SecondFactor } from './second-factor.ts'

interface Begun {
  csrf_token: string
  second_factor_needed: boolean
}

/** Entered is who is signed in. `person`, null: somebody of the staff looks at the portal. */
export interface Entered {
  csrf_token: string
  person: { id: number; email: string } | null
  account?: { id: number }
}

/** Entrance is how people get into an application: its address, and the routes that let somebody in. */
export interface Entrance {
  base: '/console' | '/portal'
  password: (body: { email: string; password: string }) => Promise<Begun>
  secondFactor: (body: SecondFactor) => Promise<Begun>
  passkey: () => Promise<Pick<Begun, 'csrf_token'>>
  /** `now` gives who is signed in; null: nobody is. It asks nobody to sign in. */
  now: () => Promise<Entered | null>
}

/** `enteredAt` reads who is signed in without the client, which would ask to sign in. */
export async function enteredAt(url: string): Promise<Entered | null> {
  const response = await fetch(url, { credentials: 'same-origin' })
  return response.ok ? ((await response.json()) as { data: Entered }).data : null
}

export const consoleEntrance: Entrance = {
  base: '/console',
  password: (body) => dataOf(api.POST('/api/operator/session', { body })),
  secondFactor: (body) => dataOf(api.POST('/api/operator/session/second-factor', { body })),
  passkey: async () =>
    dataOf(api.POST('/api/operator/session/passkey', { body: { credential: await signedBy(offerPasskey) } })),
  now: () => enteredAt('/api/operator/session'),
}
