import { Form, readForm } from '../protocols/dhru/form.ts'

/**
 * Reads a form as the Dhru endpoint does, but the vendor's kit's multipart in a tenth of the time: five plain parts
 * with nothing but a name each. Anything else goes the long way.
 */
export function readFormFast(contentType: string | undefined, body: Buffer): Form | Promise<Form> {
  return (
    (contentType?.startsWith('multipart/form-data') && readPlainParts(body)) || readForm(contentType, body)
  )
}

const PART = /^\r\nContent-Disposition: form-data; name="([^"\r\n]+)"\r\n\r\n/i

function readPlainParts(body: Buffer): Form | undefined {
  const text = body.toString('utf8')
  const boundary = /^--([\w'()+,./:=?-]{1,70})(?=\r\n)/.exec(text)?.[0]
  if (boundary === undefined) return undefined
  const parts = `\r\n${text}`.split(`\r\n${boundary}`).slice(1)
  if (!parts.pop()?.startsWith('--')) return undefined
  const form = new Form()
  for (const part of parts) {
    const [head, name] = PART.exec(part) ?? []
    if (head === undefined || name === undefined) return undefined
    form.add(name, part.slice(head.length))
  }
  return form
}
