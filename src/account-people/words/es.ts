import type { Words } from './words.ts'

export const spanish: Words = {
  invitation: ({ shop, account, link, until }) => ({
    title: `tiene una invitación a ${account}`,
    text: `Puede iniciar sesión en ${shop} para la cuenta ${account}. Fije aquí una contraseña:\n${link}\nEl enlace sirve una vez, hasta ${until}.`,
  }),
  reset: ({ shop, link, until }) => ({
    title: 'fije otra contraseña',
    text: `Alguien, probablemente usted, quiere fijar otra contraseña en ${shop}. Hágalo aquí:\n${link}\nEl enlace sirve una vez, hasta ${until}. Si no fue usted, no hay nada que hacer: su contraseña sigue igual.`,
  }),
  verify: ({ shop, link, until }) => ({
    title: '¿es esta su dirección?',
    text: `Ha solicitado una cuenta en ${shop}. Muestre con este enlace que la dirección es suya:\n${link}\nEl enlace sirve una vez, hasta ${until}. Después alguien mira lo que ha escrito, y se lo decimos por correo.`,
  }),
  known: ({ shop, link }) => ({
    title: 'ya tiene una cuenta',
    text: `Alguien, probablemente usted, ha solicitado una cuenta en ${shop}. Ya inicia sesión allí con esta dirección:\n${link}`,
  }),
  refused: ({ shop, why }) => ({
    title: 'su solicitud fue rechazada',
    text: `Ha solicitado una cuenta en ${shop}, y no la recibe.${why === '' ? '' : `\n${why}`}`,
  }),
}
