import type { FastifyRequest } from 'fastify'
import {
  needsPortalProof,
  type PortalPermission,
  type PortalRole,
  portalPermissionsOf,
} from '../../account-people/roles.ts'
import type { Account } from '../../accounts/account.ts'
import { Refusal } from '../../errors.ts'
import type { AccountId, AccountPersonId } from '../../lib/ids.ts'
import { because } from '../../reasons.ts'
import { permissionIn } from '../kit/people-route.ts'
import type { PersonAsking } from '../kit/person.ts'
import {
  type EnteredPortal,
  enterPortal,
  isSafe,
  type PortalDoor,
  refuseStrangePages,
} from '../kit/portal-door.ts'
import type { Route } from './route.ts'

/** Caller is who asks: a person of an account; or somebody of the staff who looks at the portal, and is no person here. */
export interface Caller extends PersonAsking<AccountPersonId, EnteredPortal['role'] & ('owner' | 'member')> {
  account: Account
  accountId: AccountId
  role: PortalRole
  permissions: ReadonlySet<PortalPermission>
  entered: EnteredPortal
}

/** `admit` finds who asks, and refuses who may not. undefined: anybody may ask this. */
export async function admit(
  door: PortalDoor,
  request: FastifyRequest,
  { access, isQuestion, isExport }: Route,
): Promise<Caller | undefined> {
  if (access === 'anybody') {
    refuseStrangePages(request, door.publicUrl)
    return undefined
  }
  const entered = await enterPortal(door, request)
  const { account, role, actor, person, view, token } = entered
  const permissions = new Set(portalPermissionsOf(role))
  const permission = permissionIn<PortalPermission>(access)
  if (permission !== undefined && !permissions.has(permission)) {
    throw because('permission_denied', 'role_lacks', { permission })
  }
  if (isExport) await door.throttle.countExport(actor)
  const isProof = access === 'proved person' || (permission !== undefined && needsPortalProof(permission))
  const isReading = isSafe(request) || isQuestion === true
  if (!isReading && view) throw because('permission_denied', 'viewer_changes_nothing', {})
  if (!isReading && isProof && !person?.isProved) throw new Refusal('step_up_required')
  const signInId = person?.id
  return {
    ...{ account, accountId: account.id, role, actor, person, token, permissions, entered },
    acting: { actor, role, signInId, address: request.ip, traceId: request.id },
  }
}
