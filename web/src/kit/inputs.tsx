import { useLingui } from '@lingui/react/macro'
import * as mantine from '@mantine/core'
import {
  type ComponentProps,
  type ComponentType,
  type FormEvent,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
} from 'react'
import type { Problem } from '../api/client.ts'
import { isOfField, problemText } from './faults.ts'
import { FormContext, problemsOf } from './form-faults.ts'

/**
 * `AtFields` stands around a form: its inputs (those of this file and choices.tsx) show what `fault` says of them, and the first of these gets the
 * focus. An input is known by its `field` or `name`, which is the name of the value in the API. FaultNote says the rest of the fault.
 */
export function AtFields({ fault, children }: { fault: unknown; children: ReactNode }) {
  const shown = useMemo(() => new Set<string>(), [])
  const form = useMemo(() => ({ fault, shown }), [fault, shown])
  useEffect(() => {
    const first = problemsOf(fault).flatMap((one) => [...shown].filter((field) => isOfField(one, field)))[0]
    if (first === undefined) return
    const inputs = document.querySelectorAll<HTMLElement>(`[data-field="${first}"]`)
    inputs[inputs.length - 1]?.focus()
  }, [fault, shown])
  return <FormContext value={form}>{children}</FormContext>
}

/** `useFault` says what was refused of a field of the form around, until it is changed. */
function useFault(field: string | undefined, label: ReactNode) {
  const { fault, shown } = useContext(FormContext)
  const [mended, setMended] = useState<unknown>()
  useLayoutEffect(() => {
    if (field === undefined) return
    shown.add(field)
    return () => {
      shown.delete(field)
    }
  }, [field, shown])
  const found =
    field === undefined || mended === fault
      ? undefined
      : problemsOf(fault).find((one) => isOfField(one, field))
  const said = found && problemText(found, typeof label === 'string' ? label : undefined)
  return { fault: said, mend: () => setMended(fault) }
}

interface Own {
  /** `field` is the value's name in the API, where the input has no such `name`. */
  field?: string
}

type Native = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

/** `unfitOf` is what the browser finds wrong with a value before a form is sent, as the server would say it. */
function unfitOf({ validity, type }: Native): Problem {
  const { valueMissing, tooShort, typeMismatch, badInput } = validity
  // A day that is half typed is no value at all.
  const isOtherwise = typeMismatch || badInput
  const code = valueMissing ? 'required' : tooShort ? 'minLength' : isOtherwise ? 'format' : 'pattern'
  return { field: '', code, params: { format: type } }
}

const isNative = (one: Element): one is Native => one.matches('input, textarea, select')

/** `isFirst` tells whether an input is the first of its form with which something is wrong. */
const isFirst = (input: Native): boolean =>
  [...(input.form?.elements ?? [])].find(
    (one) => isNative(one) && one.willValidate && !one.validity.valid,
  ) === input

/** `useUnfit` says at an input, in the reader's language, what the browser would say in a bubble and in its own. It is gone once its value, `of`, is another one. */
function useUnfit(of: unknown, label: ReactNode) {
  const [said, setSaid] = useState<{ text: string; of: unknown }>()
  const onInvalid = (event: FormEvent<Native>) => {
    event.preventDefault()
    const input = event.currentTarget
    const called = typeof label === 'string' ? label : (input.labels?.[0]?.textContent ?? '')
    setSaid({ text: problemText(unfitOf(input), called), of })
    if (isFirst(input)) input.focus()
  }
  return { said: said?.of === of ? said?.text : undefined, onInvalid, forget: () => setSaid(undefined) }
}

interface Listening {
  value?: unknown
  onInput?: (event: FormEvent<Native>) => void
}

/** `atField` makes of an input one that shows what was refused of it, within AtFields. */
export function atField<Props extends { name?: string | undefined; label?: ReactNode; error?: ReactNode }>(
  Input: ComponentType<Props>,
) {
  return function AtField({ field, ...given }: Props & Own) {
    const props = given as unknown as Props
    const named = field ?? props.name
    const { fault, mend } = useFault(named, props.label)
    const { onInput, value } = props as Listening
    const { said, onInvalid, forget } = useUnfit(value, props.label)
    const wrong = said ?? fault
    return (
      <Input
        {...props}
        {...{ onInvalid }}
        onInput={(event: FormEvent<Native>) => {
          forget()
          mend()
          onInput?.(event)
        }}
        error={said ?? props.error ?? fault}
        // Mantine says so of its other inputs, not of that for a password.
        {...(wrong !== undefined && { 'aria-invalid': true })}
        {...(named !== undefined && { 'data-field': named })}
      />
    )
  }
}

/** Inputs of Mantine that show what was refused of them, within AtFields; those that open a list are in choices.tsx, which is larger. */
export const TextInput = /* @__PURE__ */ atField(mantine.TextInput)
export const Textarea = /* @__PURE__ */ atField(mantine.Textarea)
export const NativeSelect = /* @__PURE__ */ atField(mantine.NativeSelect)

const ShownPassword = /* @__PURE__ */ atField(mantine.PasswordInput)

/** `PasswordInput` has a button that shows what is written, which is called so in the reader's language. */
export function PasswordInput(props: ComponentProps<typeof ShownPassword>) {
  const { t } = useLingui()
  return <ShownPassword visibilityToggleButtonProps={{ 'aria-label': t`Show what is written` }} {...props} />
}
