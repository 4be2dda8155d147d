import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

/** `roles` say what each role of the staff is called (src/staff/roles.ts). */
const roles: Readonly<Record<string, MessageDescriptor>> = {
  owner: msg`owner`,
  manager: msg`manager`,
  support: msg`support`,
  finance: msg`finance`,
  catalogue: msg`catalogue`,
  'read-only': msg`read-only`,
}

/** `roleWords` gives what a role of the staff is called. */
export const roleWords = (role: string): MessageDescriptor => roles[role] ?? { id: role, message: role }
