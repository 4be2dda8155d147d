import { type FormEvent, useState } from 'react'

/** `formOf` keeps the browser from sending a form, and reads its fields. */
export function formOf(event: FormEvent<HTMLFormElement>): (name: string) => string {
  event.preventDefault()
  const form = new FormData(event.currentTarget)
  return (name) => String(form.get(name) ?? '')
}

/** `useSending` is for a form: whether it is being sent, and why it was refused. */
export function useSending() {
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const send = async (work: () => Promise<void>) => {
    setBusy(true)
    setFault(undefined)
    try {
      await work()
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, fault, send }
}
