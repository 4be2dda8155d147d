import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { PasskeyId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { because } from '../reasons.ts'
import type { Attempts } from './attempts.ts'
import { type Circle, type PersonId, terms } from './circle.ts'
import { MAX_CHALLENGE_MS } from './lifetimes.ts'
import { mailChange, type OwnSignIn } from './own-factors.ts'
import {
  deletePasskeys,
  insertChallenge,
  insertPasskey,
  type PasskeyView,
  selectCredentials,
  selectPasskey,
  selectPasskeys,
  takeChallenge,
  updatePasskeyUse,
} from './passkeys.sql.ts'
import { lockPerson } from './people.sql.ts'
import { readName } from './read.ts'
import type { RelyingParty } from './relying-party.ts'
import { endSignIns } from './sign-ins.sql.ts'

export type { PasskeyView } from './passkeys.sql.ts'

/** ALGORITHMS are those that passkeys may sign by (COSE): EdDSA, ES256 and RS256. */
const ALGORITHMS = [-8, -7, -257]
/** MAX_OWN is how many passkeys a person may have. */
const MAX_OWN = 20

/** Signed is what an authenticator has signed to show who it is, and Made what it says of a new passkey: as browsers write them. */
export type Signed = AuthenticationResponseJSON
export type Made = RegistrationResponseJSON

interface PasskeyDeps {
  sql: Sql
  circle: Circle
  attempts: Attempts
  clock: Clock
  /** `relyingParty`, undefined: there are no passkeys at this address. */
  relyingParty: RelyingParty | undefined
}

/**
 * Passkeys are those of a circle: password and second factor in one, as the device has its person's finger, face or code before it signs. What
 * is signed is a challenge of ours, once, on a page of ours.
 */
export class Passkeys {
  readonly #deps: PasskeyDeps

  constructor(deps: PasskeyDeps) {
    this.#deps = deps
  }

  /** `offer` gives what a browser shows to any passkey of this server. Throws conflict where there are none, or Throttled. */
  async offer(address: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { id } = this.#relyingParty()
    await this.#deps.attempts.passkey(address)
    const { generateAuthenticationOptions } = await webAuthn()
    const options = await generateAuthenticationOptions({
      ...{ rpID: id, userVerification: 'required', timeout: MAX_CHALLENGE_MS },
    })
    await this.#keep(options.challenge, null)
    return options
  }

  /** `check` gives whose passkey has signed. Throws invalid_credentials, conflict or Throttled. */
  async check(signed: Signed, address: string): Promise<PersonId> {
    const { sql, circle, attempts, clock } = this.#deps
    const { id, origin } = this.#relyingParty()
    await attempts.passkey(address)
    const row = await selectPasskey(sql, circle, Buffer.from(signed.id, 'base64url'))
    const { verifyAuthenticationResponse } = await webAuthn()
    let challenge = ''
    const checked =
      row &&
      (await verifyAuthenticationResponse({
        response: signed,
        expectedChallenge: (given) => {
          challenge = given
          return true
        },
        ...{ expectedOrigin: origin, expectedRPID: id, requireUserVerification: true },
        credential: {
          id: row.credentialId.toString('base64url'),
          publicKey: new Uint8Array(row.publicKey),
          counter: Number(row.counter),
          transports: row.transports as AuthenticatorTransport[],
        },
      }).catch(notSigned))
    const now = clock.now()
    const isRight =
      checked?.verified === true &&
      !row?.isOut &&
      row !== undefined &&
      isUserHandle(signed, circle, row.personId) &&
      (await takeChallenge(sql, { challenge, circle, personId: null, now }))
    if (row && isRight) {
      const { newCounter: counter, credentialBackedUp: isBackedUp } = checked.authenticationInfo
      if (await updatePasskeyUse(sql, { id: row.id, counter, isBackedUp, now })) return row.personId
    }
    await attempts.failed({ personId: row?.personId ?? null, what: 'passkey', address })
    throw new Refusal('invalid_credentials')
  }

  /** `offerNew` gives what a browser makes a new passkey of a person from. Throws conflict. */
  async offerNew(person: { personId: PersonId; email: string; name: string }) {
    const { id } = this.#relyingParty()
    const { sql, circle } = this.#deps
    const { personId, email, name } = person
    const own = await selectCredentials(sql, circle, personId)
    const { generateRegistrationOptions } = await webAuthn()
    const options: PublicKeyCredentialCreationOptionsJSON = await generateRegistrationOptions({
      ...{ rpName: 'imeigate', rpID: id, userName: email, userDisplayName: name },
      userID: new Uint8Array(Buffer.from(userHandleOf(circle, personId))),
      ...{ timeout: MAX_CHALLENGE_MS, attestationType: 'none' },
      excludeCredentials: own.map(({ credentialId, transports }) => ({
        id: credentialId.toString('base64url'),
        transports: transports as AuthenticatorTransport[],
      })),
      supportedAlgorithmIDs: ALGORITHMS,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    await this.#keep(options.challenge, personId)
    return options
  }

  /** `add` takes a new passkey of a person. `sql` changes in the person's name. Throws invalid_input or conflict. */
  async add(sql: Sql, personId: PersonId, given: { name: string; made: Made }): Promise<PasskeyView> {
    const { id: expectedRPID, origin: expectedOrigin } = this.#relyingParty()
    const { circle } = this.#deps
    const now = this.#deps.clock.now()
    const name = readName(given.name)
    const { verifyRegistrationResponse } = await webAuthn()
    let challenge = ''
    const checked = await verifyRegistrationResponse({
      response: given.made,
      expectedChallenge: (one) => {
        challenge = one
        return true
      },
      ...{ expectedOrigin, expectedRPID, requireUserVerification: true, supportedAlgorithmIDs: ALGORITHMS },
    }).catch(notSigned)
    const isFresh =
      checked?.verified && (await takeChallenge(this.#deps.sql, { challenge, circle, personId, now }))
    if (!checked?.verified || !isFresh) {
      throw because('invalid_input', 'passkey_new', {}, 'credential')
    }
    const { credential, credentialBackedUp: isBackedUp } = checked.registrationInfo
    return await sql.begin(async (transaction) => {
      await lockPerson(transaction, circle, personId)
      const own = await selectPasskeys(transaction, circle, personId)
      if (own.length >= MAX_OWN) throw because('conflict', 'passkeys_full', { limit: MAX_OWN })
      const id = await insertPasskey(transaction, {
        ...{ circle, personId, name, isBackedUp, createdAt: now, counter: credential.counter },
        credentialId: Buffer.from(credential.id, 'base64url'),
        publicKey: Buffer.from(credential.publicKey),
        transports: credential.transports ?? [],
      })
      if (id === undefined) throw because('conflict', 'passkey_kept', {}, 'credential')
      await mailChange(transaction, circle, personId, 'passkey added', now)
      return { id, name, isBackedUp, createdAt: now, lastUsedAt: null }
    })
  }

  /** `list` gives the passkeys of a person. */
  list(personId: PersonId): Promise<PasskeyView[]> {
    const { sql, circle } = this.#deps
    return selectPasskeys(sql, circle, personId)
  }

  /** `remove` removes one; all other sign-ins of the person end. `sql` changes in the person's name. Throws not_found. */
  async remove(sql: Sql, { circle, personId, id: but }: OwnSignIn, id: PasskeyId): Promise<void> {
    await sql.begin(async (transaction) => {
      const removed = await deletePasskeys(transaction, circle, personId, id)
      if (removed === 0) throw new Refusal('not_found', `there is no passkey ${id}`, 'id')
      const now = this.#deps.clock.now()
      await endSignIns(transaction, { circle, personId, now, but })
      await mailChange(transaction, circle, personId, 'passkey removed', now)
    })
  }

  #relyingParty(): RelyingParty {
    const { relyingParty } = this.#deps
    if (relyingParty) return relyingParty
    throw because('conflict', 'no_passkeys', {})
  }

  async #keep(challenge: string, personId: PersonId | null): Promise<void> {
    const { sql, circle, clock } = this.#deps
    const endsAt = new Date(clock.now().getTime() + MAX_CHALLENGE_MS)
    await insertChallenge(sql, { challenge, circle, personId, endsAt })
  }
}

/** `webAuthn` is loaded when somebody first uses a passkey. */
const webAuthn = () => import('@simplewebauthn/server')

/** `notSigned`: whatever is wrong with what was sent, it proves nothing. */
const notSigned = (): undefined => undefined

/** `userHandleOf` is what authenticators know a person by. */
const userHandleOf = (circle: Circle, id: PersonId): string => `${terms[circle].handle} ${id}`

const isUserHandle = ({ response: { userHandle } }: Signed, circle: Circle, id: PersonId): boolean =>
  userHandle == null || Buffer.from(userHandle, 'base64url').toString() === userHandleOf(circle, id)
