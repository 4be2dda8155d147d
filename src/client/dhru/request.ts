/** FormEncoding is that of a request's form. The vendor's kit sends multipart, most others urlencoded. */
export type FormEncoding = 'multipart' | 'urlencoded'

export interface DhruRequest {
  username: string
  apiaccesskey: string
  action: string
  /** `parameters` are encoded already: see `encodeParameters`. */
  parameters: string
  /** `extra` are form fields beside the usual five, such as `orderid` and `idempotency_key`. */
  extra?: Readonly<Record<string, string>>
}

export interface EncodedForm {
  contentType: string
  /** `body` is to be sent as UTF-8. */
  body: string
}

/** `encodeRequest` writes the five fields of the vendor's kit in its order, then the others. Values may hold anything. */
export function encodeRequest(request: DhruRequest, encoding: FormEncoding): EncodedForm {
  const { username, apiaccesskey, action, parameters, extra = {} } = request
  const fields: [name: string, value: string][] = [
    ['username', username],
    ['apiaccesskey', apiaccesskey],
    ['action', action],
    ['requestformat', 'JSON'],
    ['parameters', parameters],
    ...Object.entries(extra),
  ]
  if (encoding === 'multipart') return multipart(fields)
  return {
    contentType: 'application/x-www-form-urlencoded',
    body: new URLSearchParams(fields).toString(),
  }
}

function multipart(fields: [name: string, value: string][]): EncodedForm {
  let boundary: string
  do boundary = `----dhru${crypto.randomUUID().replaceAll('-', '')}`
  while (fields.some((field) => field.join().includes(boundary)))
  const parts = fields.map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${quotable(name)}"\r\n\r\n${value.toWellFormed()}\r\n`,
  )
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: `${parts.join('')}--${boundary}--\r\n`,
  }
}

/** `quotable` writes a field's name as browsers do. */
const quotable = (name: string): string =>
  name.toWellFormed().replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
