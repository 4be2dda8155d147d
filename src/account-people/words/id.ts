import type { Words } from './words.ts'

export const indonesian: Words = {
  invitation: ({ shop, account, link, until }) => ({
    title: `Anda diundang ke ${account}`,
    text: `Anda dapat masuk ke ${shop} untuk akun ${account}. Buat kata sandi di sini:\n${link}\nTautan ini berlaku satu kali, sampai ${until}.`,
  }),
  reset: ({ shop, link, until }) => ({
    title: 'buat kata sandi lain',
    text: `Seseorang, mungkin Anda, ingin membuat kata sandi lain di ${shop}. Lakukan di sini:\n${link}\nTautan ini berlaku satu kali, sampai ${until}. Jika itu bukan Anda, tidak perlu melakukan apa pun: kata sandi Anda tetap sama.`,
  }),
  verify: ({ shop, link, until }) => ({
    title: 'apakah ini alamat Anda?',
    text: `Anda meminta akun di ${shop}. Tunjukkan dengan tautan ini bahwa alamat ini milik Anda:\n${link}\nTautan ini berlaku satu kali, sampai ${until}. Setelah itu permintaan Anda diperiksa, dan Anda diberi tahu lewat email.`,
  }),
  known: ({ shop, link }) => ({
    title: 'Anda sudah memiliki akun',
    text: `Seseorang, mungkin Anda, meminta akun di ${shop}. Anda sudah dapat masuk dengan alamat ini:\n${link}`,
  }),
  refused: ({ shop, why }) => ({
    title: 'permintaan Anda ditolak',
    text: `Anda meminta akun di ${shop}, dan tidak mendapatkannya.${why === '' ? '' : `\n${why}`}`,
  }),
}
