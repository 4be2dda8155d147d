import { Trans, useLingui } from '@lingui/react/macro'
import { useEffect, useState } from 'react'
import type { Entrance } from '../api/entrance.ts'
import { SignInForm, type SignInStep } from '../kit/sign-in-form.tsx'
import { Gate } from './gate.tsx'

interface SignInProps {
  entrance: Entrance
  /** `forgotten` is the page for who has no password any more. */
  forgotten?: string
  /** `mayRegister` tells whether who has no account may ask for one. */
  mayRegister?: () => Promise<boolean>
}

/** `SignIn` leads into an application, to the page that was wanted there. */
export function SignIn({ entrance, forgotten, mayRegister }: SignInProps) {
  const { t } = useLingui()
  const [step, setStep] = useState<SignInStep>('password')
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
      <SignInForm entrance={entrance} step={step} onStep={setStep} onIn={arrive} />
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
