import type { ErrorObject } from 'ajv/dist/2020.js'

/** More would drown the first. */
export const MAX_FAULTS = 20

/** What is wrong with a value, by field: the steps of names and numbers that lead to it, joined by dots. */
export type Faults = Record<string, string[]>

/** What a schema found wrong; `under`: the steps to the value that was checked. */
export function faultsIn(errors: readonly ErrorObject[], under: readonly string[]): Faults {
  const faults: Faults = {}
  for (const error of errors.slice(0, MAX_FAULTS)) {
    const { missingProperty: missing, additionalProperty: additional } = error.params as Record<
      string,
      string | undefined
    >
    const steps = error.instancePath
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    const field = [...under, ...steps, missing ?? additional].filter((step) => step !== undefined)
    addFault(faults, field, missing === undefined ? wordsOf(error) : 'is required')
  }
  return faults
}

export function addFault(faults: Faults, steps: readonly string[], words: string): void {
  const field = steps.join('.')
  faults[field] = [...new Set([...(faults[field] ?? []), words])]
}

function wordsOf({ keyword, params, message = 'is not valid' }: ErrorObject): string {
  if (keyword === 'enum')
    return `must be one of ${(params as { allowedValues: unknown[] }).allowedValues.join(', ')}`
  if (keyword === 'format' && (params as { format: string }).format === 'imei')
    return 'must be an IMEI, check digit and all'
  return keyword === 'additionalProperties' ? 'is not known' : message
}
