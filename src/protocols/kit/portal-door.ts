import type { FastifyRequest } from 'fastify'
import type { InPortal, PortalSignIns } from '../../account-people/portal-sign-ins.ts'
import { Refusal } from '../../errors.ts'
import type { LiveRights, Right } from '../../live/live-rights.ts'
import type { ActorThrottle } from '../../throttles/actor-throttle.ts'
import { cookieOf, refuseForged, refuseOtherSites, refusePlain } from './cookies.ts'

/** PortalDoor is how people come in by the portal's cookie: to its own API, and to the REST API in place of a key. */
export interface PortalDoor {
  portalSignIns: Pick<PortalSignIns, 'find' | 'look'>
  throttle: Pick<ActorThrottle, 'count' | 'countExport'>
  liveRights: Pick<LiveRights, 'watch'>
  /** `publicUrl` is where people reach the server; undefined: nobody said. */
  publicUrl: string | undefined
}

/** EnteredPortal is who has come in, with the token of the cookie. */
export interface EnteredPortal extends InPortal {
  token: string
}

export const isSafe = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD'

/** `refuseStrangePages` refuses browsers that speak no TLS from the public internet, and what changes something from pages that are not ours. */
export function refuseStrangePages(request: FastifyRequest, publicUrl: string | undefined): void {
  refusePlain(request)
  if (!isSafe(request)) refuseOtherSites(request, publicUrl)
}

/** `enterPortal` finds who has the cookie. Throws session_expired, account_closed, csrf, permission_denied or Throttled. */
export async function enterPortal(door: PortalDoor, request: FastifyRequest): Promise<EnteredPortal> {
  refuseStrangePages(request, door.publicUrl)
  const token = cookieOf(request, 'portal')
  const found = token === undefined ? undefined : await door.portalSignIns.find(token)
  if (token === undefined || !found) throw new Refusal('session_expired')
  if (!isSafe(request)) refuseForged(request, token)
  door.throttle.count(found.actor)
  return { ...found, token }
}

/** `rightIn` is what somebody in the portal follows something by, as it is later. `mayStill` throws where the role may no longer do that. */
export const rightIn = (
  { portalSignIns }: Pick<PortalDoor, 'portalSignIns'>,
  who: InPortal,
  mayStill: (role: InPortal['role']) => void,
): Right => ({
  async check() {
    const { role, endsAt } = await portalSignIns.look(who)
    mayStill(role)
    return endsAt
  },
})
