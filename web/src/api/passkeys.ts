import { api, dataOf } from './client.ts'

/** `hasPasskeys` tells whether this browser can use passkeys here: it can on https and on localhost. */
export const hasPasskeys = (): boolean =>
  typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential

type Signed = NonNullable<
  Parameters<typeof api.POST<'/api/operator/session/passkey', { body: never }>>[1]
>['body']['credential']

/** `getPasskey` asks the server for an offer, and the person for a passkey that signs it. Throws where there is none, or the person does not want to. */
export async function getPasskey(): Promise<Signed> {
  const { options } = await dataOf(api.POST('/api/operator/session/passkey/offer'))
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  )
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
  return credential.toJSON() as Signed
}

/** `makePasskey` has the browser make a passkey, and the server keep it under a name. */
export async function makePasskey(name: string): Promise<unknown> {
  const { options } = await dataOf(api.POST('/api/operator/me/passkeys/offer'))
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  )
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
  const made = credential.toJSON() as Made
  return await dataOf(api.POST('/api/operator/me/passkeys', { body: { name, credential: made } }))
}

type Made = NonNullable<
  Parameters<typeof api.POST<'/api/operator/me/passkeys', { body: never }>>[1]
>['body']['credential']
