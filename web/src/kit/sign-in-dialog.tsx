import { Trans, useLingui } from '@lingui/react/macro'
import { Stack } from '@mantine/core'
import { use, useEffect, useState } from 'react'
import type { Entrance } from '../api/entrance.ts'
import { Dialog } from './dialog.tsx'
import { SignInForm, type SignInStep } from './sign-in-form.tsx'

interface SignInDialogProps {
  entrance: Promise<Entrance>
  email: string
  /** `asked`: the window is open; with `isChange` a change waits to be sent again. */
  asked: { isChange: boolean } | undefined
  onIn: () => Promise<void>
}

/** `SignInDialog` is the window of `SignInAgain`, which is loaded when it is needed first. It closes when one is signed in, or leaves for the sign-in page. */
export function SignInDialog({ entrance: loaded, email, asked, onIn }: SignInDialogProps) {
  const entrance = use(loaded)
  const { t } = useLingui()
  const [step, setStep] = useState<SignInStep>('password')
  const isOpen = asked !== undefined
  useEffect(() => {
    if (isOpen) setStep('password')
  }, [isOpen])
  const { pathname, search } = window.location
  return (
    <Dialog opened={isOpen} title={t`Sign in again`} size="sm" isAbove>
      <Stack gap="xs">
        <p>
          {asked?.isChange ? (
            <Trans>
              Your sign-in has ended, so nothing was saved. What you typed stays here, and is sent again once
              you have signed in.
            </Trans>
          ) : (
            <Trans>
              Your sign-in has ended. Nothing was saved since, and what you typed stays here: sign in to go
              on.
            </Trans>
          )}
        </p>
        <SignInForm entrance={entrance} step={step} onStep={setStep} email={email} onIn={onIn} />
        <a href={`${entrance.base}/sign-in?back=${encodeURIComponent(`${pathname}${search}`)}`}>
          <Trans>Leave for the sign-in page, without what was typed</Trans>
        </a>
      </Stack>
    </Dialog>
  )
}
