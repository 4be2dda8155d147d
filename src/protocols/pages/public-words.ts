import type { FastifyRequest } from 'fastify'
import { type Language, languages } from '../../lib/languages.ts'
import type { Standing } from '../../public-status/public-status.ts'

/** PublicWords are what the pages that need no sign-in say to resellers and their customers. They are text, not HTML. */
export interface PublicWords {
  /** `locale` is how times are written. */
  locale: string
  runsOn: string
  start: { about: string; resellers: string; operators: string; status: string; api: string }
  noStatus: { title: string; why: string }
  noResult: { title: string; why: string }
  tooOften: { title: string; why: string }
  result: {
    answered: (shop: string, time: string) => string
    mayHaveChanged: string
    until: (time: string) => string
    code: string
  }
  status: {
    title: (shop: string) => string
    asOf: (time: string) => string
    columns: { service: string; now: string; half: string; most: string; last: string }
    /** `standing` is never told by colour alone. */
    standing: Readonly<Record<Standing, string>>
  }
}

const en: PublicWords = {
  locale: 'en-GB',
  runsOn: 'runs on imeigate',
  start: {
    about: 'IMEI services, ordered by shops and programs.',
    resellers: 'Resellers: sign in',
    operators: 'Operators: sign in',
    status: 'How the services stand',
    api: 'The API',
  },
  noStatus: { title: 'Nothing is shown here', why: 'How the services stand is not public.' },
  noResult: {
    title: 'This link leads nowhere',
    why: 'It may have ended, or a part of it may be missing. Ask whoever sent it to you for another one.',
  },
  tooOften: { title: 'Too often', why: 'Wait a minute, and open the link again.' },
  result: {
    answered: (shop, time) => `This is what ${shop} answered on ${time} UTC.`,
    mayHaveChanged: 'It may have changed since.',
    until: (time) => `The link holds until ${time} UTC, unless whoever shared it ends it before.`,
    code: 'This page as a QR code',
  },
  status: {
    title: (shop) => `Status of ${shop}`,
    asOf: (time) =>
      `As of ${time} UTC. Times are those of the last 24 hours: how long half of all orders took, and nine of ten.`,
    columns: {
      ...{ service: 'Service', now: 'Now', half: 'Half within' },
      ...{ most: 'Nine of ten within', last: 'Done last' },
    },
    standing: { works: '✓ works', slow: '◔ slow', closed: '– closed', out: '✕ out' },
  },
}

const id: PublicWords = {
  locale: 'id-ID',
  runsOn: 'berjalan dengan imeigate',
  start: {
    about: 'Layanan IMEI, dipesan oleh toko dan program.',
    resellers: 'Reseller: masuk',
    operators: 'Operator: masuk',
    status: 'Keadaan layanan',
    api: 'API',
  },
  noStatus: { title: 'Tidak ada yang ditampilkan di sini', why: 'Keadaan layanan tidak dibuka untuk umum.' },
  noResult: {
    title: 'Tautan ini tidak menuju ke mana pun',
    why: 'Mungkin masa berlakunya sudah habis, atau sebagian tautannya hilang. Minta tautan lain kepada pengirimnya.',
  },
  tooOften: { title: 'Terlalu sering', why: 'Tunggu satu menit, lalu buka tautannya lagi.' },
  result: {
    answered: (shop, time) => `Ini jawaban ${shop} pada ${time} UTC.`,
    mayHaveChanged: 'Keadaannya mungkin sudah berubah sejak itu.',
    until: (time) => `Tautan ini berlaku sampai ${time} UTC, kecuali pengirimnya mengakhirinya lebih dulu.`,
    code: 'Halaman ini sebagai kode QR',
  },
  status: {
    title: (shop) => `Status ${shop}`,
    asOf: (time) =>
      `Per ${time} UTC. Waktunya dari 24 jam terakhir: berapa lama setengah dari semua pesanan, dan sembilan dari sepuluh.`,
    columns: {
      ...{ service: 'Layanan', now: 'Sekarang', half: 'Setengahnya dalam' },
      ...{ most: 'Sembilan dari sepuluh dalam', last: 'Terakhir selesai' },
    },
    standing: { works: '✓ berjalan', slow: '◔ lambat', closed: '– tutup', out: '✕ mati' },
  },
}

const es: PublicWords = {
  locale: 'es',
  runsOn: 'funciona con imeigate',
  start: {
    about: 'Servicios IMEI, pedidos por tiendas y programas.',
    resellers: 'Revendedores: iniciar sesión',
    operators: 'Operadores: iniciar sesión',
    status: 'Cómo están los servicios',
    api: 'La API',
  },
  noStatus: { title: 'Aquí no se muestra nada', why: 'El estado de los servicios no es público.' },
  noResult: {
    title: 'Este enlace no lleva a ninguna parte',
    why: 'Puede que haya caducado o que le falte una parte. Pida otro a quien se lo envió.',
  },
  tooOften: { title: 'Demasiadas veces', why: 'Espere un minuto y vuelva a abrir el enlace.' },
  result: {
    answered: (shop, time) => `Esto es lo que ${shop} respondió el ${time} UTC.`,
    mayHaveChanged: 'Puede haber cambiado desde entonces.',
    until: (time) => `El enlace vale hasta el ${time} UTC, salvo que quien lo compartió lo termine antes.`,
    code: 'Esta página como código QR',
  },
  status: {
    title: (shop) => `Estado de ${shop}`,
    asOf: (time) =>
      `A las ${time} UTC. Los tiempos son de las últimas 24 horas: cuánto tardó la mitad de los pedidos, y nueve de cada diez.`,
    columns: {
      ...{ service: 'Servicio', now: 'Ahora', half: 'La mitad en' },
      ...{ most: 'Nueve de diez en', last: 'Último hecho' },
    },
    standing: { works: '✓ funciona', slow: '◔ lento', closed: '– cerrado', out: '✕ caído' },
  },
}

export const publicWords: Readonly<Record<Language, PublicWords>> = { en, id, es }

/** `languageFor` is the first language of a browser that the pages are written in, else English. Browsers name the one that they like best first. */
export function languageFor({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  for (const one of (headers['accept-language'] ?? '').split(',')) {
    const found = languages.find((language) => new RegExp(`^\\s*${language}\\b`, 'i').test(one))
    if (found) return found
  }
  return 'en'
}
