import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { onProof } from '../api/client.ts'
import type { Own } from '../api/own.ts'

const StepUpDialog = lazy(async () => ({ default: (await import('./step-up-dialog.tsx')).StepUpDialog }))

/**
 * `StepUp` asks for password and code, or a passkey, when the server wants proof that the person is still there. The request that needed it is
 * then sent again, under the same key.
 */
export function StepUp({ own }: { own: Pick<Own, 'prove' | 'proveByPasskey' | 'needsApp'> }) {
  const [answer, setAnswer] = useState<{ give: (proved: boolean) => void }>()
  /** `wasAsked`: the window stays loaded, so that it gives back the focus when it closes. */
  const [wasAsked, setAsked] = useState(false)
  const waiting = useRef<Promise<boolean> | undefined>(undefined)
  useEffect(() => {
    onProof(() => {
      // Two requests that need proof at once ask for it once.
      waiting.current ??= new Promise<boolean>((resolve) => {
        setAnswer({ give: resolve })
        setAsked(true)
      }).finally(() => {
        waiting.current = undefined
        setAnswer(undefined)
      })
      return waiting.current
    })
  }, [])
  if (!wasAsked) return null
  return (
    <Suspense fallback={null}>
      <StepUpDialog own={own} give={answer?.give} />
    </Suspense>
  )
}
