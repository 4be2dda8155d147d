import { show } from '../kit/app.tsx'
import { Invite } from './invite.tsx'
import { SignIn } from './sign-in.tsx'

/**
 * The gate is what somebody sees who is not signed in yet. It is an application of its own, so that a phone on a bad connection loads no more
 * than it needs for it.
 */
const isInvitation = /^\/console\/(?:setup|invite)\/?$/.test(window.location.pathname)

await show(isInvitation ? <Invite /> : <SignIn />)
