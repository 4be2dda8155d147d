import { registry } from '../kit/registry.ts'
import { email } from './email/index.ts'
import { http } from './http/index.ts'
import { telegram } from './telegram/index.ts'

/** `channelKinds` holds every way to send notices. */
export const channelKinds = registry('notice channel', [email, telegram, http])
