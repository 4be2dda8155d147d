import { isIP } from 'node:net'
import { attribute, readText } from '../../../lib/attribute-types.ts'
import type { WayOut } from '../../../outbound/outbound.ts'
import { optional, secret } from '../../kit/fields.ts'

/** `wayOutFields` are the fields of every kind that speaks HTTP: by which way its calls leave this machine. */
export const wayOutFields = {
  local_address: attribute<string>(
    {
      label: 'Address of ours',
      default: '',
      help: "the address of this machine that its calls come from, where the machine has several; left out: the system's choice",
    },
    {
      read: readText,
      fault: (text) => (text === '' || isIP(text) > 0 ? undefined : 'must be an IP address'),
    },
  ),
  proxy: optional(
    secret({
      label: 'Proxy',
      flag: '--proxy <url or ->',
      help:
        'the HTTP proxy that its calls go through, such as `http://user:password@proxy.example:3128`; one without TLS, or at no public address, ' +
        'must be in `OUTBOUND_ALLOW`',
      form: {
        pattern: '^https?://([^\\s/?#@]+@)?[^\\s/?#@]+/?$',
        example: 'http://user:password@proxy.example:3128',
      },
    }),
  ),
}

/** `wayOutOf` gives the way by which a supplier's calls leave. */
export const wayOutOf = (
  { local_address: localAddress }: { local_address: string },
  { proxy }: Record<string, string>,
): { wayOut: WayOut } => ({
  wayOut: { ...(localAddress !== '' && { localAddress }), ...(proxy !== undefined && { proxy }) },
})
