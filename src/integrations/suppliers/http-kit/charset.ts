import { TextDecoder } from 'node:util'

/**
 * `textOfBody` decodes an answer: UTF-16 where its first bytes say so, else UTF-8 where it is that, whatever is said of it; else in the
 * charset that its head or its XML names; else in the single bytes of Western Europe, which old programs send without a word.
 */
export function textOfBody(body: Buffer, contentType = ''): string {
  const [first, second] = body
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(body)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(body)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    const declared = /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType)?.[1]
    return decoderFor(declared ?? XML.exec(body.toString('latin1', 0, MAX_DECLARATION))?.[1]).decode(body)
  }
}

const MAX_DECLARATION = 1000
const XML = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/i
const UNSAID = 'windows-1252'

/** `decoderFor` takes UNSAID where nothing is said, or what nobody knows, or that it was UTF-8, which it is not. */
function decoderFor(charset = UNSAID): TextDecoder {
  try {
    const decoder = new TextDecoder(charset)
    return decoder.encoding === 'utf-8' ? new TextDecoder(UNSAID) : decoder
  } catch {
    return new TextDecoder(UNSAID)
  }
}
