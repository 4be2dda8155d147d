import { TextDecoder } from 'node:util'
import type { DhruService } from '../../../client/index.ts'
import { JsonList } from './json-list.ts'
import { ListGroups } from './list-groups.ts'
import { ListStart, type ListText } from './list-text.ts'
import { XmlList } from './xml-list.ts'

/**
 * `readServiceList` reads a service list, in JSON or XML, while it comes in, and keeps no more of it than one service, or one group where
 * what the group says of itself stands behind its services. Junk around the list is skipped. A service without an id has ''. Throws an
 * Error when the list is not whole (cut short, malformed, no list at all) or is a refusal: what was given before then must not be used.
 */
export async function* readServiceList(
  body: AsyncIterable<Uint8Array>,
  currency?: string,
): AsyncGenerator<DhruService> {
  const groups = new ListGroups(currency)
  const start = new ListStart()
  let list: ListText | undefined
  for await (const piece of textOf(body)) {
    const text = start.skip(piece)
    if (start.format) list ??= start.format === 'json' ? new JsonList(groups) : new XmlList(groups)
    list?.write(text)
    yield* groups.take()
  }
  if (!list) throw new Error('the service list is no JSON and no XML')
  if (!list.isWhole) throw new Error('the service list is cut short')
  const fault = list.fault()
  if (fault !== undefined) throw new Error(fault)
  groups.end()
  yield* groups.take()
}

/** `textOf` decodes what comes in: UTF-8, unless it begins with XML that says otherwise. */
async function* textOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  let beginning = Buffer.alloc(0)
  for await (const chunk of body) {
    if (decoder) yield decoder.decode(chunk, { stream: true })
    else {
      beginning = Buffer.concat([beginning, chunk])
      const said = beginning.toString('latin1')
      // What may be the beginning of XML's declaration waits for the rest of it.
      if (MAY_DECLARE.test(said) && beginning.length < MAX_DECLARATION) continue
      decoder = decoderFor(DECLARED.exec(said)?.[1])
      yield decoder.decode(beginning, { stream: true })
    }
  }
  if (!decoder) yield new TextDecoder().decode(beginning)
}

const MAX_DECLARATION = 1000
const MAY_DECLARE = /^(?:\xef\xbb\xbf)?\s*(?:<(?:\?(?:x(?:m(?:l[^>]*)?)?)?)?)?$/i
const DECLARED = /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/i

/** `decoderFor` takes UTF-8 where it does not know what is said. Old panels send single bytes that are no UTF-8. */
function decoderFor(encoding: string | undefined): TextDecoder {
  try {
    return new TextDecoder(encoding)
  } catch {
    return new TextDecoder()
  }
}
