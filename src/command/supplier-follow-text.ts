import { serviceAttributes } from '../catalogue/attributes.ts'
import type { Service } from '../catalogue/service.ts'
import { quoteLine } from '../lib/text.ts'
import type { DetailChange } from '../sync/follow.ts'

/** SHOWN is how many details people are shown; machines get all of them. */
const SHOWN = 20

/** `followedText` says which services follow the list, and which stay as they are. */
export function followedText(followed: DetailChange[]): string {
  const lines = followed.slice(0, SHOWN).map(({ service, remoteId, detail, kept, ...change }) => {
    const [before, after] = [textOf(change.old, change.new), textOf(change.new, change.old)]
    const values = before === '' && after === '' ? '' : ` ${before || 'none'} -> ${after || 'none'}`
    const why = kept === null ? '' : `: stays, because ${kept}`
    return `${kept === null ? 'follows' : 'kept'} ${remoteId} (${service.code}): ${detail}${values}${why}`
  })
  const more = followed.length - SHOWN
  return [...lines, ...(more > 0 ? [`and ${more} more (--json gives all)`] : [])].join('\n')
}

/** `textOf` writes details in a line; of fields those that the other ones lack. */
function textOf(details: DetailChange['new'], others: DetailChange['new']): string {
  const { quantity, box, fields } = details ?? {}
  if (quantity) {
    const { minQuantity, maxQuantity, quantityOptions: options } = quantity
    return quoteLine(options.length > 0 ? options.join(', ') : `${minQuantity} to ${maxQuantity}`)
  }
  if (box) {
    const { inputName, inputHint, minInputLength, maxInputLength } = box
    const hint = inputHint !== others?.box?.inputHint && inputHint !== '' ? ` "${inputHint}"` : ''
    return quoteLine(
      `${inputName || 'serial number'}${hint}, ${minInputLength} to ${maxInputLength} characters`,
    )
  }
  const shown = (field: Service['fields'][number]) => serviceAttributes.fields.show([field], {})
  const told = new Set(others?.fields?.map(shown))
  return quoteLine(
    (fields ?? [])
      .map(shown)
      .filter((field) => !told.has(field))
      .join('; '),
  )
}
