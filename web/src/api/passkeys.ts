/** What pages need to sign in by a passkey or to make one. The console and the portal ask different routes, which answer alike. */

/** `hasPasskeys` tells whether this browser can use passkeys here: it can on https and on localhost, and never where the address is a number. */
export const hasPasskeys = (): boolean =>
  typeof PublicKeyCredential === 'function' &&
  'parseRequestOptionsFromJSON' in PublicKeyCredential &&
  !/^[\d.]+$|:/.test(window.location.hostname)

/** Offer asks the server for what the browser signs, or makes a passkey from. */
type Offer = () => Promise<{ options: Record<string, unknown> }>

interface Credential<Response> {
  id: string
  rawId: string
  type: 'public-key'
  response: Response
}
type Signed = Credential<{ clientDataJSON: string; authenticatorData: string; signature: string }>
type Made = Credential<{ clientDataJSON: string; attestationObject: string }>

/** `signedBy` asks the person for a passkey that signs an offer. Throws where there is none, or the person does not want to. */
export async function signedBy(offer: Offer): Promise<Signed> {
  const { options } = await offer()
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  )
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
  return credential.toJSON() as Signed
}

/** `madeBy` has the browser make a passkey from an offer. */
export async function madeBy(offer: Offer): Promise<Made> {
  const { options } = await offer()
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  )
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
  return credential.toJSON() as Made
}
