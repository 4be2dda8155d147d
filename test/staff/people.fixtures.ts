import { randomBytes } from 'node:crypto'
import { generateSync } from 'otplib'
import type { Sql } from '../../src/database/database.ts'
import type { StaffId } from '../../src/lib/ids.ts'
import { HOUR_MS } from '../../src/lib/time.ts'
import { Attempts } from '../../src/people/attempts.ts'
import { Passkeys } from '../../src/people/passkeys.ts'
import { relyingPartyOf } from '../../src/people/relying-party.ts'
import { SignIns } from '../../src/people/sign-ins.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { Enrolment } from '../../src/staff/enrolment.ts'
import type { Role } from '../../src/staff/roles.ts'
import { inviteStaff } from '../../src/staff/staff.ts'
import { quickPasswords } from '../support/passwords.ts'
import { TestClock } from '../support/server.ts'

export const PUBLIC_URL = 'https://imei.example.com'
export const PASSWORD = 'correct horse battery'

/** `codeAt` gives the code that an authenticator app shows. */
export const codeAt = (secret: string, time: Date): string =>
  generateSync({ secret, epoch: Math.floor(time.getTime() / 1000) })

/** Office is the staff's part of the domain, on one database. */
export class Office {
  readonly clock: TestClock
  readonly sql: Sql
  readonly enrolment: Enrolment
  readonly passkeys: Passkeys
  readonly signIns: SignIns<StaffId, Role>

  constructor(sql: Sql, sealer = new Sealer(Buffer.alloc(32, 7)), clock = new TestClock()) {
    this.clock = clock
    this.sql = sql
    const deps = { sql, sealer: async () => sealer, passwords: quickPasswords(), clock: this.clock }
    this.enrolment = new Enrolment(deps)
    const attempts = new Attempts(sql, this.clock, 'staff')
    const relyingParty = relyingPartyOf(PUBLIC_URL)
    this.passkeys = new Passkeys({ sql, circle: 'staff', attempts, clock: this.clock, relyingParty })
    this.signIns = new SignIns<StaffId, Role>({ ...deps, circle: 'staff', passkeys: this.passkeys, attempts })
  }

  /** `hire` invites a person, who accepts. */
  async hire(role: Role, email = `${role}-${randomBytes(4).toString('hex')}@example.com`) {
    const { token } = await inviteStaff(this.sql, { role, email }, this.clock)
    return await this.accept(token, email)
  }

  async accept(token: string, email: string) {
    const { totp } = await this.enrolment.open(token)
    const form = { name: 'Anna', email, password: PASSWORD, totpSecret: totp.secret }
    const enrolled = await this.enrolment.accept(token, {
      ...form,
      code: codeAt(totp.secret, this.clock.now()),
    })
    return new Hired(this, enrolled.id, email, totp.secret, enrolled.recoveryCodes)
  }
}

class Hired {
  readonly office: Office
  readonly id: StaffId
  readonly email: string
  readonly secret: string
  readonly recoveryCodes: string[]

  constructor(office: Office, id: StaffId, email: string, secret: string, recoveryCodes: string[]) {
    this.office = office
    this.id = id
    this.email = email
    this.secret = secret
    this.recoveryCodes = recoveryCodes
  }

  /** `nextCode` is one that was not used: time goes on to the next step. */
  nextCode(): string {
    this.office.clock.advance(30_000)
    return codeAt(this.secret, this.office.clock.now())
  }

  async signIn(address = '192.0.2.1', password = PASSWORD) {
    const begun = await this.begin(address, password)
    return await this.office.signIns.confirm(begun.token, { code: this.nextCode() }, address)
  }

  begin(address = '192.0.2.1', password = PASSWORD) {
    return this.office.signIns.begin({ email: this.email, password }, { address, device: 'a browser' })
  }
}

/** LATER is long enough for counts of attempts to be forgotten. */
export const LATER_MS = 2 * HOUR_MS
