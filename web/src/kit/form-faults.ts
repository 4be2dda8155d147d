import { createContext, useContext } from 'react'
import { ApiFault, type Problem } from '../api/client.ts'
import { isOfField } from './faults.ts'

/** Form is what the inputs of a form have in common: what was refused, and the fields that show themselves what is wrong with them. */
interface Form {
  fault: unknown
  shown: Set<string>
}

const NOTHING: Form = { fault: undefined, shown: new Set() }
export const FormContext = createContext(NOTHING)

export const problemsOf = (fault: unknown): readonly Problem[] =>
  fault instanceof ApiFault ? fault.problems : []

/** `useUnshown` gives the problems of a fault that no input shows: that of another request is none of the form around. */
export function useUnshown(fault: unknown): readonly Problem[] {
  const form = useContext(FormContext)
  const shown = form.fault === fault ? [...form.shown] : []
  return problemsOf(fault).filter((one) => !shown.some((field) => isOfField(one, field)))
}
