import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../errors.ts'
import type { StaffId } from '../../lib/ids.ts'
import type { Right } from '../../live/live-rights.ts'
import { actorOf } from '../../people/circle.ts'
import type { Acting } from '../../people/desk.ts'
import { because } from '../../reasons.ts'
import { type Bearer, findBearer, type Maker, tokenActor } from '../../staff/operator-tokens.ts'
import { needsProof, permissionsOf, type Role, type StaffPermission } from '../../staff/roles.ts'
import { cookieOf, refuseForged, refuseOtherSites, refusePlain } from '../kit/cookies.ts'
import { permissionIn } from '../kit/people-route.ts'
import type { PersonAsking } from '../kit/person.ts'
import type { OperatorDeps } from './deps.ts'
import type { Access, Further } from './route.ts'

/** Caller is who asks: a person of the staff who is signed in, or a program. */
export interface Caller extends PersonAsking<StaffId, Role> {
  permissions: ReadonlySet<StaffPermission>
}

/** `maker` gives who makes an operator token: a program makes none. */
export function makerOf({ person }: Caller): Maker {
  if (!person) throw new Refusal('permission_denied', 'a program makes no operator tokens')
  return { staffId: person.personId, role: person.role }
}

const bearerIn = ({ headers }: FastifyRequest): string | undefined =>
  /^\s*Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1]

const bearerOf = async (
  { desks, clock, settings }: Pick<OperatorDeps, 'desks' | 'clock' | 'settings'>,
  request: FastifyRequest,
): Promise<Bearer> =>
  findBearer(desks.changing({ actor: 'imeigate' }), bearerIn(request) ?? '', request.ip, {
    ...{ clock, grants: await settings.now() },
  })

const isSafe = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD'

/**
 * `admit` finds who asks, and refuses who may not: a request of another site, somebody who is not signed in, or has not the permission, or must
 * first prove again who it is. undefined: anybody may ask this.
 */
export async function admit(
  deps: Pick<OperatorDeps, 'signIns' | 'desks' | 'clock' | 'settings' | 'throttle' | 'mayCall' | 'publicUrl'>,
  request: FastifyRequest,
  access: Access,
): Promise<Caller | undefined> {
  if (!deps.mayCall(request.ip)) throw new Refusal('ip_not_allowed', `${request.ip} is not in CONSOLE_ALLOW`)
  const bearer = bearerIn(request)
  if (bearer !== undefined && access !== 'anybody') return await admitProgram(deps, request, access)
  refusePlain(request)
  if (!isSafe(request)) refuseOtherSites(request, deps.publicUrl)
  const token = cookieOf(request, 'console')
  if (access === 'anybody') return undefined
  const person = token === undefined ? undefined : await deps.signIns.find(token)
  if (token === undefined || !person) throw new Refusal('session_expired')
  if (!isSafe(request)) refuseForged(request, token)
  const actor = actorOf('staff', person.personId)
  deps.throttle.count(actor)
  const permissions = new Set(permissionsOf(person.role, await deps.settings.now()))
  refuseWithout(permissions, access)
  if (!isSafe(request) && !person.isProved && asksForProof(access)) throw new Refusal('step_up_required')
  const { role, id: signInId } = person
  const mayReveal = permissions.has('results.reveal_secret')
  return {
    ...{ actor, acting: actingBy(request, { actor, role, signInId, mayReveal }) },
    ...{ person, token, permissions },
  }
}

async function admitProgram(
  deps: Pick<OperatorDeps, 'desks' | 'clock' | 'settings' | 'throttle'>,
  request: FastifyRequest,
  access: Access,
): Promise<Caller> {
  const { id, permissions } = await bearerOf(deps, request)
  const actor = tokenActor(id)
  deps.throttle.count(actor)
  if (access === 'person' || access === 'proved person') {
    throw new Refusal('permission_denied', 'this is for people who are signed in')
  }
  refuseWithout(permissions, access)
  const mayReveal = permissions.has('results.reveal_secret')
  return {
    ...{ actor, acting: actingBy(request, { actor, mayReveal }) },
    ...{ person: undefined, token: undefined, permissions },
  }
}

const actingBy = ({ ip: address, id: traceId }: FastifyRequest, who: Acting): Acting => ({
  ...who,
  ...{ address, traceId },
})

/** `rightOf` is what the caller follows something by that takes some permissions: its sign-in or its token, as it is later. */
export const rightOf = (
  deps: Pick<OperatorDeps, 'signIns' | 'desks' | 'clock' | 'settings'>,
  { person }: Caller,
  request: FastifyRequest,
  needed: readonly StaffPermission[],
): Right => ({
  async check() {
    const held = person ? await deps.signIns.look(person.id) : await bearerOf(deps, request)
    if (!held) throw new Refusal('session_expired')
    const permissions =
      'role' in held ? new Set(permissionsOf(held.role, await deps.settings.now())) : held.permissions
    for (const permission of needed) refuseWithout(permissions, permission)
    return held.endsAt
  },
})

/** `refuseFurther` refuses what the body asks for beyond the route's permission, where the caller may not do that, or must first prove who it is. */
export function refuseFurther(
  { permissions, person }: Caller,
  further: readonly Further[],
  body: unknown,
): void {
  for (const { field, value, permission } of further) {
    const given = (body as Record<string, unknown> | null | undefined)?.[field]
    if (given === undefined || (value !== undefined && given !== value)) continue
    refuseWithout(permissions, permission)
    if (person && !person.isProved && needsProof(permission)) throw new Refusal('step_up_required')
  }
}

/** `refuseUnless` refuses who has not some permissions; with `isChange` also a person who must first prove again who it is. */
export function refuseUnless(
  { permissions, person }: Caller,
  needed: readonly StaffPermission[],
  { isChange = false }: { isChange?: boolean } = {},
): void {
  for (const permission of needed) {
    refuseWithout(permissions, permission)
    if (isChange && person && !person.isProved && needsProof(permission))
      throw new Refusal('step_up_required')
  }
}

function refuseWithout(permissions: ReadonlySet<StaffPermission>, access: Access): void {
  const permission = permissionIn<StaffPermission>(access)
  if (permission !== undefined && !permissions.has(permission)) {
    throw because('permission_denied', 'role_lacks', { permission })
  }
}

function asksForProof(access: Access): boolean {
  const permission = permissionIn<StaffPermission>(access)
  return access === 'proved person' || (permission !== undefined && needsProof(permission))
}
