import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { ApiFault, api, dataOf, keepCsrf } from '../api/client.ts'
import { followTopics } from '../api/events.ts'
import { adoptLanguage } from '../words/words.ts'
import { SignInAgain } from './sign-in-again.tsx'

/** `sessionQuery` reads who is signed in; null: nobody is. */
export const sessionQuery = {
  queryKey: ['session'],
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    try {
      const session = await dataOf(api.GET('/api/operator/session', { signal }))
      keepCsrf(session.csrf_token)
      await adoptLanguage(session.person.language)
      return session
    } catch (error) {
      if (error instanceof ApiFault && error.status === 401) return null
      throw error
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
} as const

export type Session = NonNullable<Awaited<ReturnType<typeof sessionQuery.queryFn>>>

const Context = createContext<Session | undefined>(undefined)

/** `useSession` is the person who is signed in, for pages that only such a person sees. */
export function useSession(): Session {
  const session = useContext(Context)
  if (!session) throw new Error('only inside SignedIn')
  return session
}

/** `useMay` tells whether the person's role has one of the permissions. What it may not do is not shown; the server refuses it anyway. */
export function useMay(): (...permissions: readonly string[]) => boolean {
  const { person } = useSession()
  return (...permissions) => permissions.some((one) => person.permissions.includes(one))
}

/** `SignedIn` shows its children to the person who is signed in; the route has made sure that somebody is. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { data: session } = useQuery(sessionQuery)
  useEffect(() => {
    if (session) followTopics(session.person.topics)
  }, [session])
  return session ? (
    <Context value={session}>
      <SignInAgain
        load={async () => (await import('../api/entrance.ts')).consoleEntrance}
        session={session}
        url="/api/operator/session"
        sessionKey={sessionQuery.queryKey}
      >
        {children}
      </SignInAgain>
    </Context>
  ) : null
}
