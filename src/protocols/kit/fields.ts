import { type Fault, Refusal } from '../../errors.ts'
import { type Attributes, columnOf } from '../../lib/attributes.ts'
import { fault, refusalFor } from '../../lib/fault.ts'

/**
 * `inFieldsOf` does some work whose refusals name values as the command line does, and names them as the body does: `expires` is the option
 * of what is `expires_at` in a body.
 */
export async function inFieldsOf<T>(names: Record<string, string>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal) || error.field === undefined) throw error
    const { code, field, detail = '', faults } = error
    const inBody = ({ path: [name = '', ...steps], ...rest }: Fault): Fault => ({
      ...rest,
      path: [names[name] ?? name, ...steps],
    })
    const [first = fault(field, detail), ...others] = faults
    throw refusalFor({ ok: false, code, faults: [inBody(first), ...others.map(inBody)] })
  }
}

/** `fieldsOf` gives the names that a noun's attributes have in bodies. */
export const fieldsOf = (attributes: Attributes): Record<string, string> =>
  Object.fromEntries(Object.keys(attributes).map((name) => [name, columnOf(name)]))

/** `givenTime` reads a time whose form was checked. Throws invalid_input where there is no such time: a leap second, the 30th of February. */
export function givenTime(text: string, field: string): Date {
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new Refusal('invalid_input', `${field}: there is no such time`, field)
  return at
}
