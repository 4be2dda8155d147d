import { Refusal } from '../../errors.ts'
import type { PersonId } from '../../people/circle.ts'
import type { SignedIn } from '../../people/sign-ins.ts'
import { type Asking, routeOf } from './people-route.ts'

/** PersonAsking is somebody who is signed in, of either circle; or who is no person: a program, or a viewer. */
export interface PersonAsking<Id extends PersonId = PersonId, Role extends string = string> extends Asking {
  person: SignedIn<Id, Role> | undefined
  /** `token` is that of the person's sign-in. */
  token: string | undefined
}

/** `route` writes the routes that the APIs of both circles have. */
export const route = routeOf<never, PersonAsking>()

/** `personOf` gives the person who asks: some routes are for nobody else. */
export function personOf<Id extends PersonId, Role extends string>({
  person,
}: PersonAsking<Id, Role>): SignedIn<Id, Role> {
  if (!person) throw new Refusal('permission_denied', 'this is for people who are signed in')
  return person
}
