import { Passwords } from '../../src/people/passwords.ts'

/** `quickPasswords` hashes at the least cost that argon2 takes. The real one is held by test/people/passwords.test.ts. */
export const quickPasswords = (): Passwords => new Passwords({ memory: 8, passes: 1 })
