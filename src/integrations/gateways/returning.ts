import { optional, url } from '../kit/fields.ts'

/** `returning` are the fields of a kind with a payment page: where payers go from there. */
export const returning = {
  success_url: url({
    label: 'Page after payment',
    flag: '--success-url <text>',
    help: 'where the payer lands after paying',
  }),
  cancel_url: optional(
    url({
      label: 'Page after giving up',
      flag: '--cancel-url <text>',
      help: 'where the payer lands instead; success_url when left out',
    }),
  ),
}
