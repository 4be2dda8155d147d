import { type Static, Type } from 'typebox'

/** What an operator may set of a Dhru panel. */
export const dhruSettings = Type.Object({
  username: Type.String({ minLength: 1, description: 'our user name there' }),
  encoding: Type.Union([Type.Literal('multipart'), Type.Literal('urlencoded')], {
    default: 'multipart',
    description: "how requests are encoded; the vendor's kit sends multipart",
  }),
  parameters_one: Type.Union([Type.Literal('xml'), Type.Literal('base64'), Type.Literal('json')], {
    default: 'xml',
    description: "how one order's parameters travel: the vendor's XML, base64 of JSON, or JSON",
  }),
  parameters_many: Type.Union([Type.Literal('base64'), Type.Literal('json')], {
    default: 'base64',
    description: "how many orders' parameters travel: base64 of JSON, or JSON",
  }),
  bulk: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 500,
    description:
      'how many items one request orders; 1: always one by one; 0: one by one, but 100 where the other side is an ' +
      'imeigate',
  }),
  bulk_status: Type.Union([Type.Literal('auto'), Type.Literal('on'), Type.Literal('off')], {
    default: 'auto',
    description:
      'whether one request asks about many orders; auto: where the panel can, tried anew every hour',
  }),
  place_action: action('placeimeiorder', 'orders one item'),
  bulk_place_action: action('placeimeiorderbulk', 'orders many'),
  status_action: action('getimeiorder', 'asks about one order'),
  bulk_status_action: action('getimeiorderbulk', 'asks about many'),
  field_names: Type.Record(Type.String(), Type.String({ minLength: 1 }), {
    default: {},
    description:
      'fields that the panel calls otherwise than our services do, its name by ours; they travel in CUSTOMFIELD',
  }),
  refuses_duplicates: Type.Boolean({
    default: false,
    description:
      'the panel refuses the same IMEI for the same service, also after the first order has ended: then an order ' +
      'whose answer was lost is found by ordering again',
  }),
  recheck: Type.Array(Type.Integer({ minimum: 1, maximum: 31_622_400 }), {
    default: [600, 86_400],
    maxItems: 10,
    description:
      'seconds after the end of an order at which it is asked about once more, for a change of mind',
  }),
})

export type DhruSettings = Static<typeof dhruSettings>

function action(name: string, what: string) {
  return Type.String({ default: name, minLength: 1, description: `the action that ${what}` })
}
