import { isImeiBox } from './box-name.ts'
import { isObject } from './json.ts'
import { isYes, Row } from './row.ts'
import { quantityIn } from './service-quantities.ts'

/** DhruBox is the box for a device number that is no IMEI. */
export interface DhruBox {
  name: string
  hint: string
  /** `minLength` and `maxLength` bound its characters; 0: the panel names no bound. */
  minLength: number
  maxLength: number
}

/** `ownBox` gives what a service says of its box, where that is for something else than an IMEI. */
export function ownBox(row: Row): Row | undefined {
  const given = row.nested('CUSTOM')
  const one: unknown = Array.isArray(given) ? given[0] : given
  const custom = isObject(one) ? new Row(one) : undefined
  return custom && isYes(custom.get('ALLOW')) && !isImeiBox(custom.text('CUSTOMNAME')) ? custom : undefined
}

export function boxIn(row: Row): DhruBox | null {
  const custom = ownBox(row)
  if (!custom) return null
  const minLength = quantityIn(custom, 'CUSTOMLEN')
  const maxLength = quantityIn(custom, 'MAXLENGTH')
  return {
    name: custom.text('CUSTOMNAME'),
    hint: custom.text('CUSTOMINFO'),
    // A panel whose bounds exclude each other means neither.
    ...(maxLength > 0 && minLength > maxLength ? { minLength: 0, maxLength: 0 } : { minLength, maxLength }),
  }
}
