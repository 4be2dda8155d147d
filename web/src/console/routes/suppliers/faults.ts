import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

const faults: Readonly<Record<string, MessageDescriptor>> = {
  credit: msg`Our credit there is used up`,
  login: msg`It refuses our login`,
  transport: msg`It cannot be reached`,
  person: msg`Paused by a person: orders use the next routes`,
  busy: msg`It is busy, and asks us to try later`,
}

/** `faultWords` says why nothing is sent to a supplier. */
export const faultWords = (why: string | null): MessageDescriptor => faults[why ?? ''] ?? { id: why ?? '' }
