import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

/** `passedOver` says why an item does not go to a supplier of its service. */
export function passedOver(supplier: string, why: string | null): MessageDescriptor {
  switch (why) {
    case 'off':
      return msg`${{ supplier }} was passed over: it is off, or its list lacks the service`
    case 'margin':
      return msg`${{ supplier }} was passed over: it would cost too much`
    case 'paused':
      return msg`${{ supplier }} was passed over: it is paused`
    case 'refused':
      return refusedIt(supplier)
    default:
      return msg`${{ supplier }} was passed over: it has failed with this item`
  }
}

export const refusedIt = (supplier: string): MessageDescriptor => msg`${{ supplier }} refused it`
