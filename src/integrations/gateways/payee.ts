import { optional, text } from '../kit/fields.ts'

/** `payee` are the fields of a kind that tells payers whom to pay. */
export const payee = {
  account_number: text({
    label: 'Account number',
    flag: '--account-number <text>',
    help: 'where to pay to',
    max: 200,
  }),
  account_holder_name: text({
    label: 'Account holder',
    flag: '--account-holder-name <text>',
    help: 'whose account that is',
    max: 200,
  }),
  bank: optional(text({ label: 'Bank', flag: '--bank <text>', help: 'the bank', max: 200 })),
  instructions: optional(
    text({
      label: 'Instructions',
      flag: '--instructions <text>',
      help: 'what else the payer must know',
      max: 2000,
    }),
  ),
}
