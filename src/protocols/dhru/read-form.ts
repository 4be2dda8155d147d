import { Form } from './form.ts'
import { readJsonForm } from './form-json.ts'
import { readMultipart } from './form-multipart.ts'
import { readUrlencoded } from './form-urlencoded.ts'

const DASH = 0x2d
const PART = /^--[^\r\n]{1,70}\r\nContent-Disposition:/i

/**
 * `readForm` reads a body of any bytes: it finds the fields and decodes their names, before anybody knows who sent them. A content type
 * that is missing or odd is tried as urlencoded, or as a JSON object when the body looks like one. Fields that cannot be read are left out.
 */
export function readForm(contentType: string | undefined, body: Buffer): Form {
  const form = new Form()
  if (contentType !== undefined && /^\s*multipart\//i.test(contentType)) {
    readMultipart(form, contentType.trim(), body)
  } else if (body[0] === DASH && PART.test(body.toString('latin1', 0, 200))) {
    // PHP's curl encodes an array so, also under another type that was set by hand.
    readMultipart(form, 'multipart/form-data', body)
  } else {
    const text = body.toString('utf8')
    const isRead = /^\s*\{/.test(text) && readJsonForm(form, text.trim())
    if (!isRead) readUrlencoded(form, text)
  }
  return form
}
