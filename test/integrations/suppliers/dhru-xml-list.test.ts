import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Supplier, SupplierService } from '../../../src/integrations/suppliers/supplier.ts'
import { Keyed, toXml } from '../../../src/protocols/dhru/answer.ts'
import { supplierAt, TestPanel } from './dhru-panel.ts'

/** Panels that answer in XML, though they were asked for JSON, are read as those that answer in JSON. */

let panel: TestPanel
let supplier: Supplier

beforeAll(async () => {
  panel = await new TestPanel().start()
})
afterAll(() => panel.stop())
beforeEach(() => {
  supplier = supplierAt(panel.url)
})
afterEach(() => supplier.close?.())

async function read(answer: string | Buffer, size = 1 << 20): Promise<SupplierService[]> {
  const bytes = Buffer.from(answer)
  panel.answers = {
    imeiservicelist: async (_heard, response) => {
      for (let at = 0; at < bytes.length; at += size) {
        await new Promise((written) => response.write(bytes.subarray(at, at + size), written))
      }
      response.end()
    },
  }
  const services: SupplierService[] = []
  const { signal } = new AbortController()
  for await (const one of supplier.services?.(signal) ?? []) services.push(one)
  return services
}
const short = ({ id, type, group, name, cost }: SupplierService): string =>
  [id, type, group, name, cost].join(' | ')

const one =
  '<SERVICEID>1</SERVICEID><SERVICETYPE>IMEI</SERVICETYPE><SERVICENAME>A</SERVICENAME><CREDIT>0.77</CREDIT>'
const two =
  '<SERVICEID>2</SERVICEID><SERVICETYPE>IMEI</SERVICETYPE><SERVICENAME>B &amp; C</SERVICENAME><CREDIT>1.5</CREDIT>'
const tool = '<SERVICEID>1</SERVICEID><SERVICENAME>T</SERVICENAME><CREDIT>$1,234.50</CREDIT>'
const named = (name: string, type: string) => `<GROUPNAME>${name}</GROUPNAME><GROUPTYPE>${type}</GROUPTYPE>`
const listOf = (groups: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<DHRUFUSION><SUCCESS><RESULT><MESSAGE>IMEI Service List</MESSAGE><LIST>${groups}</LIST></RESULT></SUCCESS><apiversion>6.1</apiversion></DHRUFUSION>`
const PLAIN = listOf(
  `<GROUP>${named('Apple', 'IMEI')}<SERVICES><SERVICE>${one}</SERVICE><SERVICE>${two}</SERVICE></SERVICES></GROUP>` +
    `<GROUP>${named('Tools', 'SERVER')}<SERVICES><SERVICE>${tool}</SERVICE></SERVICES></GROUP>`,
)
const SERVICES = [
  '1 | IMEI | Apple | A | 770000',
  '2 | IMEI | Apple | B & C | 1500000',
  '1 | SERVER | Tools | T | 1234500000',
]

describe('a service list in XML', () => {
  it.each<[string, string]>([
    [
      'as an imeigate writes it',
      PLAIN.replaceAll('<GROUP>', '<GROUP id="x">').replaceAll('<SERVICE>', '<SERVICE id="1">'),
    ],
    ['of elements of any name', PLAIN.replaceAll(/(<\/?)(GROUP|SERVICE)>/g, '$1item>')],
    ['of numbered elements', PLAIN.replaceAll(/(<\/?)(GROUP|SERVICE)>/g, '$1item0>')],
    ['in small letters', PLAIN.replaceAll(/<\/?[A-Z]+/g, (tag) => tag.toLowerCase())],
    ['in letters of both kinds', PLAIN.replaceAll(/<[A-Z]+/g, (tag) => tag.toLowerCase())],
    ['without rows', PLAIN.replace('<RESULT>', '').replace('</RESULT>', '')],
    ['whose root is SUCCESS', PLAIN.replaceAll(/<\/?DHRUFUSION>/g, '').replace(/<apiversion>.*/, '')],
    ['without a declaration', PLAIN.slice(PLAIN.indexOf('<DHRU'))],
    [
      'behind what PHP says',
      `\ufeff<br />\n<b>Notice</b>: {closure} in <b>x.php</b>\n${PLAIN}\n<!-- bye -->`,
    ],
    ['with blanks and comments', PLAIN.replaceAll('><', '>\n  <!-- "{" --><')],
    ['in CDATA', PLAIN.replaceAll(/>([^<>]+)<\/(GROUPNAME|SERVICENAME|CREDIT)>/g, '><![CDATA[$1]]></$2>')],
    ['with an empty ERROR', PLAIN.replace('<apiversion>', '<ERROR/><apiversion>')],
    [
      'of groups that say who they are last',
      PLAIN.replaceAll(/(<GROUPNAME>.*?<\/GROUPTYPE>)(<SERVICES>.*?<\/SERVICES>)/g, '$2$1'),
    ],
    [
      'of attributes',
      listOf(
        '<GROUP GROUPNAME="Apple"><SERVICES><S SERVICEID="1" SERVICENAME="A" CREDIT="0.77"/><S SERVICEID="2" SERVICENAME="B &amp; C" CREDIT="1.5"/></SERVICES></GROUP>' +
          '<GROUP name="Tools"><GROUPTYPE>SERVER</GROUPTYPE><SERVICES><S ID="1" NAME="T" CREDIT="1234.5"></S></SERVICES></GROUP>',
      ),
    ],
    [
      'of groups called by their names',
      listOf(
        `<Apple><SERVICES><s1>${one}</s1><s2>${two}</s2></SERVICES></Apple><Tools><GROUPTYPE>SERVER</GROUPTYPE><SERVICES><s1>${tool}</s1></SERVICES></Tools>`,
      ).replaceAll('Apple>', 'Apple>'),
    ],
    [
      'where SERVICES is there once for each',
      listOf(
        `<GROUP>${named('Apple', 'IMEI')}<SERVICES>${one}<CUSTOM><allow>0</allow></CUSTOM></SERVICES><SERVICES>${two}</SERVICES></GROUP><GROUP>${named('Tools', 'SERVER')}<SERVICES>${tool}</SERVICES></GROUP>`,
      ),
    ],
    [
      'where LIST is there once for each group',
      listOf(
        `${named('Apple', 'IMEI')}<SERVICES><S>${one}</S><S>${two}</S></SERVICES></LIST><LIST>${named('Tools', 'SERVER')}<SERVICES><S>${tool}</S></SERVICES>`,
      ),
    ],
    [
      'of several rows',
      PLAIN.replace(
        '</GROUP><GROUP>',
        '</GROUP></LIST></RESULT><RESULT><MESSAGE>Server</MESSAGE><LIST><GROUP>',
      ),
    ],
  ])('%s is read', async (words, xml) => {
    const services = (await read(xml)).map(short)
    expect(services).toEqual(
      words.endsWith('by their names')
        ? SERVICES.map((line) => line.replace('Apple', 'APPLE').replace('Tools', 'TOOLS'))
        : SERVICES,
    )
  })

  it('is read in pieces of any size, in the encoding that it names', async () => {
    for (const size of [1, 2, 3, 7, 1000]) {
      expect((await read(`${PLAIN}\n<x>`, size)).map(short)).toEqual(SERVICES)
    }
    const latin = PLAIN.replace('UTF-8', 'ISO-8859-1').replace('>A<', '>Código<')
    for (const size of [5, 1 << 20]) {
      expect((await read(Buffer.from(latin, 'latin1'), size))[0]?.name).toBe('Código')
      expect((await read(latin.replace('ISO-8859-1', 'x-nobody'), size))[0]?.name).toBe('Código')
    }
  })

  it('may be empty', async () => {
    expect(await read(listOf(''))).toEqual([])
    expect(await read(listOf('').replace('<LIST></LIST>', '<LIST/>'))).toEqual([])
  })

  it('has boxes, fields and quantities as one in JSON', async () => {
    const more = {
      SERVICEID: '7',
      SERVICENAME: '  <b>Lock</b> ',
      CREDIT: '2',
      INFO: '5 &lt; 6',
      QNTOPTIONS: '10,20',
      CUSTOM: { allow: '1', customname: 'ECID', customlen: '1', maxlength: '75' },
      'Requires.PIN': 'Required',
      'Requires.Custom': [
        { fieldname: 'Email', fieldtype: 'text', description: '', required: 'on' },
        {
          fieldname: 'Region',
          fieldtype: 'dropdown',
          description: 'Where',
          required: '',
          fieldoptions: 'EU,US',
        },
      ],
    }
    const list = (services: object) => ({
      SUCCESS: [{ LIST: { G: { GROUPNAME: 'G', GROUPTYPE: 'IMEI', SERVICES: services } } }],
    })
    const json = await read(JSON.stringify(list({ 7: more })))
    const keyed = (element: string, key: string, value: object) => new Keyed(element, [[key, value as never]])
    const xml = toXml({
      SUCCESS: [
        {
          LIST: keyed('GROUP', 'G', {
            GROUPNAME: 'G',
            GROUPTYPE: 'IMEI',
            SERVICES: keyed('SERVICE', '7', more),
          }),
        },
      ],
    })
    expect(await read(xml)).toEqual(json)
    expect(json[0]?.fields).toHaveLength(3)
    const single = { ...more, 'Requires.Custom': more['Requires.Custom'].slice(0, 1) }
    const alone = xml.replace(/(<Requires.Custom>)<RESULT>(.*?)<\/RESULT>.*(<\/Requires.Custom>)/, '$1$2$3')
    expect(await read(alone)).toEqual(await read(JSON.stringify(list({ 7: single }))))
    const options = xml.replace('>10,20<', '><O>10</O><O>20</O><').replace('>EU,US<', '><x>EU</x><x>US</x><')
    expect(await read(options)).toEqual(json)
  })

  it('gives a service without an id as one that nobody can order', async () => {
    const [first] = await read(PLAIN.replace('<SERVICEID>1</SERVICEID>', ''))
    expect(first).toMatchObject({ id: '', name: 'A', group: 'Apple' })
  })

  it('is refused wherever it is cut', async () => {
    for (let length = 0; length < PLAIN.length; length += 17) {
      await expect(read(PLAIN.slice(0, length)), `${length} bytes`).rejects.toThrow(/no XML|cut short/)
    }
    await expect(read(PLAIN.slice(0, -1))).rejects.toThrow('cut short')
  })

  const bomb = `<!DOCTYPE x [<!ENTITY a "${'ha'.repeat(50)}"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>`
  it.each([
    ['malformed', PLAIN.replace('</SERVICE>', ''), 'malformed'],
    ['malformed in a group', PLAIN.replace('</GROUP>', ''), 'malformed'],
    [
      'an ERROR',
      '<DHRU><ERROR><RESULT><MESSAGE>Authentication Failed</MESSAGE></RESULT></ERROR></DHRU>',
      'refused: Authentication Failed',
    ],
    ['an ERROR of one text', '<?xml version="1.0"?><error>Access denied</error>', 'refused: Access denied'],
    [
      'an ERROR that quotes our secret',
      '<response><ERROR><MESSAGE>Not SECRET-KEY</MESSAGE></ERROR></response>',
      'refused: Not ***',
    ],
    [
      'a list and an ERROR behind it',
      PLAIN.replace('<apiversion>', '<ERROR>Database gone</ERROR><apiversion>'),
      'refused: Database gone',
    ],
    [
      'something else',
      '<DHRUFUSION><SUCCESS><AccoutInfo><credit>1</credit></AccoutInfo></SUCCESS></DHRUFUSION>',
      'no service list',
    ],
    [
      'a page',
      '<?xml version="1.0"?><!DOCTYPE html><html><body><p>Welcome</p></body></html>',
      'no service list',
    ],
    ['groups of another kind', listOf('<GROUP><NAME>x</NAME></GROUP>'), 'have no services'],
    ['nested without end', `<DHRUFUSION>${'<SUCCESS>'.repeat(5000)}`, 'nested too deep'],
  ])('that is %s is refused', async (_words, xml, words) => {
    await expect(read(xml)).rejects.toThrow(words)
  })

  it('expands none of its own entities', async () => {
    const xml = PLAIN.replace('?>', `?>${bomb}`).replace('>A<', '>A&b;&f;<')
    expect((await read(xml))[0]?.name).toBe('A&b;&f;')
  })
})
