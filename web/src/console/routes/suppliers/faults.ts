import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

const faults: Readonly<Record<string, MessageDescriptor>> = {
  credit: msg`Our credit there is used up`,
  login: msg`It does not know us`,
  transport: msg`No connection comes about`,
  person: msg`Others are used for a time, as somebody has said`,
  busy: msg`Busy: it asks us to come back`,
}

/** `faultWords` says why nothing is sent to a supplier. */
export const faultWords = (why: string | null): MessageDescriptor => faults[why ?? ''] ?? { id: why ?? '' }
