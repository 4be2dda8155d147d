import type { Words } from './words.ts'

const CHANGES = {
  password: 'se ha cambiado su contraseña',
  app: 'tiene otra aplicación de autenticación',
  'app removed': 'se ha quitado su aplicación de autenticación',
  'recovery codes': 'tiene nuevos códigos de recuperación',
  'passkey added': 'tiene una nueva llave de acceso',
  'passkey removed': 'se ha quitado una de sus llaves de acceso',
  'email asked': 'alguien ha pedido que usted inicie sesión con otra dirección de correo',
  email: 'se ha cambiado su dirección de correo',
}

export const spanish: Words = {
  invited: ({ where, role, until }) => ({
    title: 'tiene una invitación',
    text: `Tiene una invitación a ${where}, con el rol ${role}.\nQuien le invitó tiene el enlace para usted, válido hasta ${until}.`,
  }),
  reset: ({ where, until }) => ({
    title: 'su acceso se ha restablecido',
    text: `Se han quitado su contraseña y su segundo factor en ${where}, y puede fijar otros nuevos.\nQuien lo hizo tiene una invitación para usted, válida hasta ${until}.`,
  }),
  unknownDevice: 'desconocido',
  signedIn: ({ where, device, address, at }) => ({
    title: 'un nuevo inicio de sesión',
    text: `Alguien ha iniciado sesión en ${where} como usted, en un dispositivo que no había usado allí antes:\n${device}, desde ${address}, el ${at}.`,
  }),
  changed: ({ where, what, at }) => ({
    title: CHANGES[what],
    text: `En ${where} ${CHANGES[what]}, el ${at}.`,
  }),
  newEmail: ({ where, link, until }) => ({
    title: '¿es esta su dirección?',
    text: `Alguien, seguramente usted, quiere iniciar sesión en ${where} con esta dirección. Demuestre con este enlace que es suya:\n${link}\nEl enlace sirve una vez, hasta ${until}. Si no fue usted, no tiene que hacer nada.`,
  }),
  unknown: {
    staff: 'Si no fue usted, pida enseguida a un propietario que restablezca su acceso.',
    account_people: 'Si no fue usted, fije enseguida otra contraseña: eso termina todas las sesiones.',
  },
}
