import { msg } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { consoleEntrance } from '../api/entrance.ts'
import { portalEntrance } from '../api/portal-entrance.ts'
import { show } from '../kit/app.tsx'
import { learnFaults, sayFaultsBy } from '../kit/faults.ts'
import { Forgot, Reset } from './forgot.tsx'
import { Invite } from './invite.tsx'
import { Join, Verify } from './join.tsx'
import { NewEmail } from './new-email.tsx'
import { isRegistrationOpen, Register } from './register.tsx'
import { SignIn } from './sign-in.tsx'
import { words } from './words.ts'

/**
 * The gate is what somebody sees who is not signed in yet. It is an application of its own, so that a phone on a bad connection loads no more
 * than it needs for it.
 */
const pages: Record<string, () => ReactNode> = {
  '/console/sign-in': () => <SignIn entrance={consoleEntrance} />,
  '/console/setup': () => <Invite />,
  '/console/invite': () => <Invite />,
  '/console/email': () => <NewEmail entrance="console" />,
  '/portal/sign-in': () => (
    <SignIn entrance={portalEntrance} forgotten="/portal/forgot" mayRegister={isRegistrationOpen} />
  ),
  '/portal/invite': () => <Join />,
  '/portal/forgot': () => <Forgot />,
  '/portal/reset': () => <Reset />,
  '/portal/verify': () => <Verify />,
  '/portal/email': () => <NewEmail entrance="portal" />,
  '/portal/register': () => <Register />,
}

// What is met most, at once; the rest comes behind the page.
sayFaultsBy({
  refusals: {
    INVALID_CREDENTIALS_ERROR: msg`E-mail address, password, code or passkey is not right.`,
    TOO_MANY_FAILED_LOGINS_ERROR: msg`Too many failed tries. Wait a moment.`,
  },
})

await show(pages[window.location.pathname.replace(/\/$/, '')]?.(), words)
await learnFaults()
