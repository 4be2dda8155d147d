import { Trans, useLingui } from '@lingui/react/macro'
import { useEffect, useState } from 'react'
import { keepCsrf } from '../api/client.ts'
import type { Entrance } from '../api/entrance.ts'
import { portalEntrance } from '../api/portal-entrance.ts'
import { SignInForm, type SignInStep } from '../kit/sign-in-form.tsx'
import { Gate } from './gate.tsx'

interface SignInProps {
  entrance: Entrance
  /** `forgotten` is the page for who has no password any more. */
  forgotten?: string
  /** `mayRegister` tells whether who has no account may ask for one. */
  mayRegister?: () => Promise<boolean>
  /** `from` is what is asked for first, and `email` who asks, where that is known. */
  from?: SignInStep
  email?: string
  /** `said` stands above: what happened before. */
  said?: string
}

interface Entry {
  from: SignInStep
  email: string
}

/**
 * `useEntry` signs somebody in to the portal who has just set a password, so that it is not typed again. Where that is not enough, it gives what
 * SignIn asks for: the second factor, which a person who was invited anew may have kept, or the password after all.
 */
export function useEntry() {
  const [entry, setEntry] = useState<Entry>()
  const enter = async (given: { email: string; password: string }): Promise<void> => {
    const { email } = given
    try {
      const begun = await portalEntrance.password(given)
      keepCsrf(begun.csrf_token)
      if (begun.second_factor_needed) setEntry({ from: 'code', email })
      else window.location.replace('/portal/')
    } catch {
      // The password is set in any case.
      setEntry({ from: 'password', email })
    }
  }
  return [entry, enter] as const
}

/** `SignIn` leads into an application, to the page that was wanted there. */
export function SignIn({ entrance, forgotten, mayRegister, from = 'password', email, said }: SignInProps) {
  const { t } = useLingui()
  const [step, setStep] = useState<SignInStep>(from)
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    // Without an answer the link is not there; the page itself says why.
    mayRegister?.().then(setOpen, () => {})
  }, [mayRegister])
  const arrive = () => {
    const back = new URLSearchParams(window.location.search).get('back')
    window.location.replace(inside(`${entrance.base}/`, back))
  }
  return (
    <Gate title={step === 'password' ? t`Sign in` : t`Second factor`}>
      {said !== undefined && <p role="status">{said}</p>}
      <SignInForm
        {...{ entrance, step }}
        onStep={setStep}
        onIn={arrive}
        {...(email !== undefined && { email })}
      />
      {step === 'password' && forgotten && (
        <p>
          <a href={forgotten}>
            <Trans>I forgot my password</Trans>
          </a>
        </p>
      )}
      {step === 'password' && isOpen && (
        <p>
          <a href="/portal/register">
            <Trans>Ask for an account</Trans>
          </a>
        </p>
      )}
    </Gate>
  )
}

/** `inside` is where the person wanted to go, if that is a page of the application: a link must lead nobody to another site. */
const inside = (home: string, back: string | null): string => (back?.startsWith(home) ? back : home)
