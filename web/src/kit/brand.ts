/** Brand is a shop as its pages show it. */
export interface Brand {
  name: string
  /** `logo` is its URL; null: there is none. */
  logo: string | null
  contacts: readonly { kind: 'website' | 'email' | 'telegram' | 'whatsapp'; text: string; url: string }[]
  says_program: boolean
}

const PROGRAM: Brand = { name: 'imeigate', logo: null, contacts: [], says_program: false }

/** `brand` is the shop's whose page this is: the server writes it into the pages of resellers, and those of operators are the program's. */
export const brand: Brand = read(document.querySelector<HTMLMetaElement>('meta[name="brand"]')?.content)

function read(given: string | undefined): Brand {
  return given === undefined ? PROGRAM : (JSON.parse(given) as Brand)
}
