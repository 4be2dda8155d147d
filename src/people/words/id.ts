import type { Words } from './words.ts'

const CHANGES = {
  password: 'kata sandi Anda telah diubah',
  app: 'Anda memakai aplikasi autentikator lain',
  'app removed': 'aplikasi autentikator Anda telah dihapus',
  'recovery codes': 'Anda memiliki kode pemulihan baru',
  'passkey added': 'Anda memiliki kunci sandi baru',
  'passkey removed': 'salah satu kunci sandi Anda telah dihapus',
  'email asked': 'ada yang meminta agar Anda masuk dengan alamat email lain',
  email: 'alamat email Anda telah diubah',
}

export const indonesian: Words = {
  invited: ({ where, role, until }) => ({
    title: 'Anda diundang',
    text: `Anda diundang ke ${where}, dengan peran ${role}.\nPengundang memiliki undangan untuk Anda, yang berlaku sampai ${until}.`,
  }),
  reset: ({ where, until }) => ({
    title: 'akses Anda diatur ulang',
    text: `Kata sandi dan faktor kedua Anda di ${where} telah dihapus, dan Anda dapat membuat yang baru.\nYang melakukannya memiliki undangan untuk Anda, yang berlaku sampai ${until}.`,
  }),
  unknownDevice: 'tidak dikenal',
  signedIn: ({ where, device, address, at }) => ({
    title: 'ada yang baru masuk',
    text: `Seseorang telah masuk ke ${where} sebagai Anda, dengan perangkat yang belum pernah Anda pakai di sana:\n${device}, dari ${address}, pada ${at}.`,
  }),
  changed: ({ where, what, at }) => ({
    title: CHANGES[what],
    text: `Di ${where} ${CHANGES[what]}, pada ${at}.`,
  }),
  newEmail: ({ where, link, until }) => ({
    title: 'apakah ini alamat Anda?',
    text: `Seseorang, kemungkinan besar Anda, ingin masuk ke ${where} dengan alamat ini. Tunjukkan lewat tautan ini bahwa alamat ini milik Anda:\n${link}\nTautan ini berlaku satu kali, sampai ${until}. Jika itu bukan Anda, abaikan saja.`,
  }),
  unknown: {
    staff: 'Jika itu bukan Anda, segera minta pemilik mengatur ulang akses Anda.',
    account_people: 'Jika itu bukan Anda, segera buat kata sandi lain: itu mengakhiri semua sesi.',
  },
}
