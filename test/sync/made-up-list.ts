/** Truth is a service of a made-up list, as it should be read. */
export interface Truth {
  id: number
  type: 'IMEI' | 'SERVER' | 'REMOTE' | 'FILE'
  group: string
  /** `name` is what people read, without markup. */
  name: string
  /** `cents` is the cost; null: it is in doubt, and what it says is `said`. */
  cents: number | null
  said?: string
}

/** FORMATS are ways in which panels write a price in US dollars; all are read in one way only. */
const FORMATS: ((dollars: string) => string | number)[] = [
  (dollars) => dollars,
  (dollars) => Number(dollars),
  (dollars) => `$${dollars}`,
  (dollars) => `${dollars} USD`,
  (dollars) => `US$ ${dollars}`,
  (dollars) => `${dollars}0000`,
  (dollars) => dollars.replace(/\B(?=(?:\d{3})+\.)/g, ','),
  (dollars) =>
    dollars
      .replace(/\B(?=(?:\d{3})+\.)/g, '_')
      .replace('.', ',')
      .replaceAll('_', '.'),
  (dollars) => ` ${dollars} `,
]
const DOUBTS = ['on request', '', 'Rp 15.000', '15k', 'call', '€5.00', '-1', '1.2.3']

/** WRITTEN are ways in which panels write a name that is read as the same. */
const WRITTEN: ((name: string) => string)[] = [
  (name) => name,
  (name) => `<b>${name}</b>`,
  (name) => `<font color="red">${name}</font>`,
  (name) => ` ${name}\r\n`,
  (name) => `${name}<script>alert(1)</script>`,
  (name) => name.replace('&', '&amp;'),
]

const BOXES = [
  { allow: '0', customname: '' },
  { allow: '1', customname: 'IMEI Number' },
  { allow: '1', customname: 'Serial Number' },
  { allow: '1', customname: 'ECID' },
]

const pick = <One>(random: () => number, list: One[]): One => list[Math.floor(random() * list.length)] as One

export function shuffled<One>(random: () => number, list: Iterable<One>): One[] {
  return [...list]
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
}

/**
 * `makeTruths` makes the shape of a real panel's list: ids that stand in two or three types, names that are there twice, groups of files, and
 * prices in doubt. Each cost is there once, so that one that crosses over is seen.
 */
export function makeTruths(random: () => number, count = 579): Truth[] {
  const truths: Truth[] = []
  const costs = shuffled(
    random,
    Array.from({ length: count * 2 }, (_, n) => 100 + 7 * n),
  )
  let id = 100
  while (truths.length < count) {
    id += 1 + Math.floor(random() * 3)
    const types: Truth['type'][] =
      id % 11 === 0
        ? ['IMEI', 'SERVER']
        : id % 29 === 0
          ? ['SERVER', 'REMOTE', 'IMEI']
          : [pick(random, TYPES)]
    for (const type of types) {
      const place = truths.length
      const name =
        place % 9 === 4 ? (truths[place - 3]?.name ?? 'Same') : `Phone ${id} ${type} & more ${place}`
      const inDoubt = place % 41 === 7
      truths.push({
        ...{ id, type, name, group: `${type} group ${id % 13}` },
        cents: inDoubt ? null : (costs.pop() ?? 1),
        ...(inDoubt && { said: pick(random, DOUBTS) }),
      })
    }
  }
  return truths.slice(0, count)
}
const TYPES: Truth['type'][] = ['IMEI', 'IMEI', 'IMEI', 'IMEI', 'SERVER', 'SERVER', 'REMOTE', 'FILE']

/** `writeList` writes a list as a panel does, in this order, with prices and names in any of the ways. */
export function writeList(random: () => number, truths: Truth[]): string {
  const groups = Map.groupBy(truths, ({ group }) => group)
  // Objects of JavaScript would put ids into their order; a panel's do not.
  const object = (entries: [string, string][]): string =>
    `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
  const LIST = object(
    [...groups].map(([group, services]) => {
      const SERVICES = object(services.map((one) => [String(one.id), JSON.stringify(said(random, one))]))
      const GROUPTYPE = services[0]?.type ?? 'IMEI'
      return [
        group,
        `{"GROUPNAME":${JSON.stringify(group)},"GROUPTYPE":"${GROUPTYPE}","SERVICES":${SERVICES}}`,
      ]
    }),
  )
  return `{"SUCCESS":[{"MESSAGE":"IMEI Service List","LIST":${LIST}}],"apiversion":"6.1"}`
}

function said(random: () => number, { id, type, name, cents, said: doubt }: Truth): Record<string, unknown> {
  const dollars = cents === null ? '' : (cents / 100).toFixed(2)
  return {
    SERVICEID: random() < 0.5 ? id : String(id),
    SERVICETYPE: type,
    SERVICENAME: pick(random, WRITTEN)(name),
    CREDIT: cents === null ? doubt : pick(random, FORMATS)(dollars),
    TIME: pick(random, ['Instant', '1-5 Days', '<i>Minutes</i>', '']),
    INFO: pick(random, ['', '<p>Read <b>this</b></p>', '&lt;b&gt;', '<img src=x onerror=alert(1)>']),
    QNT: type === 'SERVER' ? '1' : '0',
    SERVER: type === 'SERVER' ? '1' : '0',
    MINQNT: pick(random, ['0', 0, '1']),
    MAXQNT: pick(random, ['0', 0, '', '20000']),
    CUSTOM: pick(random, BOXES),
    'Requires.Custom': '',
  }
}

/** `inXml` writes a list in XML: entries under keys of the panel's own are elements that have the key as attribute. */
export const inXml = (list: string): string => `<?xml version="1.0"?><DHRU>${xmlOf(JSON.parse(list))}</DHRU>`

function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => `<RESULT>${xmlOf(one)}</RESULT>`).join('')
  if (typeof value !== 'object' || value === null) return escaped(String(value ?? ''))
  return Object.entries(value)
    .map(([name, inner]) =>
      /^[A-Za-z.]+$/.test(name)
        ? `<${name}>${xmlOf(inner)}</${name}>`
        : `<ENTRY id="${escaped(name)}">${xmlOf(inner)}</ENTRY>`,
    )
    .join('')
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
