import { choice, flag, integer } from '../../../lib/attribute-types.ts'
import type { ValuesOf } from '../../../lib/attributes.ts'
import { map, secret, text } from '../../kit/fields.ts'
import { answerFields } from '../http-kit/answer-fields.ts'
import { wayOutFields } from '../http-kit/way-out.ts'

/** `dhruFields` are what a Dhru panel is configured with. */
export const dhruFields = {
  username: text({ label: 'User name', help: 'our user name there', flag: '--username <text>' }),
  encoding: choice(['multipart', 'urlencoded'], {
    label: 'Encoding',
    default: 'multipart',
    help: "how requests are encoded; the vendor's kit sends multipart",
  }),
  parameters_one: choice(['xml', 'base64', 'json'], {
    label: 'Parameters of one order',
    default: 'xml',
    help: "how one order's parameters travel: the vendor's XML, base64 of JSON, or JSON",
  }),
  parameters_many: choice(['base64', 'json'], {
    label: 'Parameters of many orders',
    default: 'base64',
    help: "how many orders' parameters travel: base64 of JSON, or JSON",
  }),
  bulk: integer({
    label: 'Items a request',
    default: 0,
    min: 0,
    max: 500,
    flag: '--bulk <text>',
    help:
      'how many items one request orders; 1: always one by one; 0: one by one, but 100 where the other side is an ' +
      'imeigate',
  }),
  bulk_status: choice(['auto', 'on', 'off'], {
    label: 'Ask about many at once',
    default: 'auto',
    help: 'whether one request asks about many orders; auto: where the panel can, tried anew every hour',
  }),
  place_action: action('placeimeiorder', 'orders one item'),
  bulk_place_action: action('placeimeiorderbulk', 'orders many'),
  status_action: action('getimeiorder', 'asks about one order'),
  bulk_status_action: action('getimeiorderbulk', 'asks about many'),
  server_place_action: serverAction('orders one of a server service', 'place_action', 'placeserverorder'),
  server_status_action: serverAction('asks about such an order', 'status_action', 'getserverorder'),
  remote_place_action: remoteAction('orders one of a remote service', 'placeremoteorder'),
  remote_status_action: remoteAction('asks about such an order', 'getremoteorder'),
  field_names: map({
    label: 'Names of fields',
    default: {},
    help: 'fields that the panel calls otherwise than our services do, its name by ours; they travel in CUSTOMFIELD',
  }),
  refuses_duplicates: flag({
    label: 'Refuses duplicates',
    default: false,
    flag: '--refuses-duplicates',
    help:
      'the panel refuses the same IMEI for the same service, also after the first order has ended: then an order ' +
      'whose answer was lost is found by ordering again',
  }),
  ...answerFields({ recheck: [600, 86_400] }),
  ...wayOutFields,
  apiaccesskey: secret({
    label: 'API access key',
    help: 'the API access key that goes with the user name',
    flag: '--apiaccesskey <secret or ->',
  }),
}

export type DhruSettings = ValuesOf<typeof dhruFields>

function action(name: string, what: string) {
  return text({ label: `Action that ${what}`, default: name, help: `the action that ${what}` })
}

function serverAction(what: string, otherwise: string, byType: string) {
  return text({
    label: `Action that ${what}`,
    default: '',
    help:
      `the action that ${what}, for panels that number these apart; left out: \`${otherwise}\`, but \`${byType}\` ` +
      'where an id is that of two services, such as `654:SERVER`',
  })
}

function remoteAction(what: string, byType: string) {
  return text({
    label: `Action that ${what}`,
    default: byType,
    help: `the action that ${what} whose id is another service's, too, such as \`654:REMOTE\``,
  })
}
