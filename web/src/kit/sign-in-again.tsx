import { useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useEffect, useEffectEvent, useRef, useState } from 'react'
import { keepCsrf, onReturn } from '../api/client.ts'
import { type Entered, enteredAt } from '../api/entered.ts'
import type { Entrance } from '../api/entrance.ts'

const SignInDialog = lazy(async () => ({ default: (await import('./sign-in-dialog.tsx')).SignInDialog }))

interface SignInAgainProps {
  /** `load` loads how one gets in, when it is needed first. */
  load: () => Promise<Entrance>
  /** `session` is who is signed in, `url` the address of that, and `sessionKey` the query of it. */
  session: Entered
  url: string
  sessionKey: readonly unknown[]
  children: ReactNode
}

const isSame = (one: Entered, other: Entered): boolean =>
  one.person?.id === other.person?.id && one.account?.id === other.account?.id

/**
 * `SignInAgain` stands around the pages of who is signed in. Where that has ended, one signs in in a window over the page, which keeps what was typed; then all that was refused meanwhile
 * is asked for again. Where another person signs in, the page is loaded anew: nothing of the one before stays. Who of the staff looks at the portal gets no window, but the sign-in page.
 */
export function SignInAgain({ load, session, url, sessionKey, children }: SignInAgainProps) {
  const client = useQueryClient()
  const [asked, setAsked] = useState<{ isChange: boolean }>()
  /** `entrance` is there once the window was: it stays loaded, so that it gives back the focus when it closes. */
  const [entrance, setEntrance] = useState<Promise<Entrance>>()
  const [isAnother, setAnother] = useState(false)
  const waiting = useRef<{ back: Promise<boolean>; give: () => void; isChange: boolean }>(undefined)

  /** `arrived` goes on with who is signed in now; false: nobody is. */
  const arrived = async (): Promise<boolean> => {
    const now = await enteredAt(url)
    if (!now) return false
    if (!isSame(now, session)) {
      setAnother(true)
      return false
    }
    keepCsrf(now.csrf_token)
    // What the person may do has changed, perhaps.
    void client.invalidateQueries({ queryKey: sessionKey })
    waiting.current?.give()
    return true
  }
  const ask = useEffectEvent((isChange: boolean): Promise<boolean> => {
    if (session.person === null) return Promise.resolve(false)
    if (!waiting.current) {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      waiting.current = { back: promise, give: () => resolve(true), isChange }
      void promise.then(() => {
        waiting.current = undefined
        setAsked(undefined)
      })
      const open = () => {
        setAsked({ isChange: waiting.current?.isChange === true })
        setEntrance((before) => before ?? load())
      }
      // Another tab may have signed in meanwhile.
      arrived().then((isIn) => !isIn && open(), open)
    }
    if (isChange) {
      // What was read was refused first, perhaps: a change waits, too.
      waiting.current.isChange = true
      setAsked((before) => before && { isChange })
    }
    return waiting.current.back
  })
  useEffect(() => onReturn((isChange) => ask(isChange)), [])
  useEffect(() => {
    // What stood on the page is gone by now, with its questions whether one wants to leave.
    if (isAnother) window.location.reload()
  }, [isAnother])
  if (isAnother) return null
  return (
    <>
      {children}
      {entrance && session.person && (
        <Suspense fallback={null}>
          <SignInDialog
            entrance={entrance}
            email={session.person.email}
            asked={asked}
            onIn={async () => void (await arrived())}
          />
        </Suspense>
      )}
    </>
  )
}
