/** What the rooms of both circles do to people, beside what is their own. */
export {
  actAs,
  lockPerson,
  type Person,
  selectNewestSecrets,
  selectPersonNamed,
  updatePerson,
  updateRecoveryCodes,
} from './people.sql.ts'
export { endSignIns } from './sign-ins.sql.ts'
