import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { ApiFault, dataOf, keepCsrf } from '../api/client.ts'
import { followAccount } from '../api/events.ts'
import { portal } from '../api/portal.ts'
import { SignInAgain } from '../kit/sign-in-again.tsx'
import { adoptLanguage } from '../words/words.ts'

/** `sessionQuery` reads who is signed in, and of which account; null: nobody is. */
export const sessionQuery = {
  queryKey: ['session'],
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    try {
      const session = await dataOf(portal.GET('/api/portal/session', { signal }))
      keepCsrf(session.csrf_token)
      if (session.person) await adoptLanguage(session.person.language)
      return session
    } catch (error) {
      if (error instanceof ApiFault && error.status === 401) return null
      throw error
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
} as const

type Session = NonNullable<Awaited<ReturnType<typeof sessionQuery.queryFn>>>

const Context = createContext<Session | undefined>(undefined)

/** `useSession` is who is signed in, for pages that only such a person sees. */
export function useSession(): Session {
  const session = useContext(Context)
  if (!session) throw new Error('only inside SignedIn')
  return session
}

/** `useMay` tells whether the person has a permission. What it may not do is not shown; the server refuses it anyway. */
export function useMay(): (permission: string) => boolean {
  const { permissions } = useSession()
  return (permission) => permissions.includes(permission)
}

/** `SignedIn` shows its children to who is signed in; the route has made sure that somebody is. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { data: session } = useQuery(sessionQuery)
  useEffect(() => {
    if (session) followAccount()
  }, [session])
  return session ? (
    <Context value={session}>
      <SignInAgain
        load={async () => (await import('../api/portal-entrance.ts')).portalEntrance}
        session={session}
        url="/api/portal/session"
        sessionKey={sessionQuery.queryKey}
      >
        {children}
      </SignInAgain>
    </Context>
  ) : null
}
