import { type Static, Type } from 'typebox'
import {
  type Brand,
  type BrandChanges,
  brandVersion,
  changed,
  findBrand,
  setBrand,
} from '../../../brand/brand.ts'
import { type ShownBrand, shownBrand } from '../../../brand/shown-brand.ts'
import { findSeller } from '../../../invoices/seller.ts'
import { orThrow } from '../../../lib/fault.ts'
import { bodyOf, changesOf, oneOf, orNull, version } from '../../kit/shapes.ts'
import { route } from '../route.ts'

const section = 'Brand'

const texts = {
  name: Type.String({ description: 'What resellers call the shop; empty: the name of the seller' }),
  accent: Type.String({ description: 'As `#rrggbb`; empty: the colour of the program' }),
  website: Type.String({ description: 'As `https://shop.example.com`' }),
  email: Type.String(),
  telegram: Type.String({ description: 'A user name' }),
  whatsapp: Type.String({ description: 'A number with its country' }),
  says_program: Type.Boolean({ description: 'Pages say at their foot what they run on' }),
}

const fields = {
  ...texts,
  logo: orNull(
    Type.String({ maxLength: 180_000 }),
    'A PNG or an SVG of 128 KiB at most, in base64 or as a data URL; null: none',
  ),
}

const colours = Type.Object({
  ...{ accent: Type.String(), link: Type.String(), focus: Type.String(), on_accent: Type.String() },
})

const shown = Type.Object(
  {
    name: Type.String(),
    logo: orNull(Type.String(), 'A data URL; null: there is none'),
    colours: orNull(
      Type.Object({ light: colours, dark: colours }),
      'The accent, or the nearest shade of it that can be read on every ground of the scheme; null: those of the program',
    ),
    contacts: Type.Array(
      Type.Object({
        kind: oneOf(['website', 'email', 'telegram', 'whatsapp']),
        text: Type.String(),
        url: Type.String(),
      }),
    ),
    says_program: Type.Boolean(),
  },
  { description: 'How pages show it' },
)

const brand = Type.Object({
  ...texts,
  logo: orNull(
    Type.Object({ media_type: oneOf(['image/png', 'image/svg+xml']), bytes: Type.Integer() }),
    'null: there is none',
  ),
  shown,
  version,
})

const wireColours = ({ onAccent, ...others }: NonNullable<ShownBrand['colours']>['light']) => ({
  ...others,
  on_accent: onAccent,
})

const wireShown = ({
  name,
  logo,
  colours: both,
  contacts,
  saysProgram,
}: ShownBrand): Static<typeof shown> => ({
  ...{ name, contacts, says_program: saysProgram },
  logo: logo && `data:${logo.mediaType};base64,${logo.content.toString('base64')}`,
  colours: both && { light: wireColours(both.light), dark: wireColours(both.dark) },
})

const wireBrand = (one: Brand, seller: string): Static<typeof brand> => ({
  ...{ name: one.name, accent: one.accent, website: one.website, email: one.email },
  ...{ telegram: one.telegram, whatsapp: one.whatsapp, says_program: one.saysProgram },
  logo: one.logo && { media_type: one.logo.mediaType, bytes: one.logo.content.length },
  shown: wireShown(shownBrand(one, seller)),
  version: brandVersion(one),
})

const changesIn = ({
  says_program: saysProgram,
  ...given
}: Partial<Static<ReturnType<typeof Type.Object<typeof fields>>>>): BrandChanges => ({
  ...given,
  ...(saysProgram !== undefined && { saysProgram }),
})

export const brandRoutes = () => [
  route({
    method: 'GET',
    path: '/brand',
    name: 'getBrand',
    section,
    summary: 'What resellers and their customers see of the shop',
    access: 'settings.read',
    answer: brand,
    handle: async ({ desk }) =>
      wireBrand(await findBrand(desk.read), (await findSeller(desk.read))?.name ?? ''),
  }),
  route({
    method: 'POST',
    path: '/brand/preview',
    name: 'previewBrand',
    section,
    summary: 'How pages would show it with some changes; nothing is kept',
    access: 'settings.read',
    isQuestion: true,
    body: bodyOf(Type.Partial(Type.Object(fields)).properties),
    answer: shown,
    refusals: ['invalid_input'],
    handle: async ({ desk, body }) => {
      const set = orThrow(changed(await findBrand(desk.read), changesIn(body)))
      return wireShown(shownBrand(set, (await findSeller(desk.read))?.name ?? ''))
    },
  }),
  route({
    method: 'PATCH',
    path: '/brand',
    name: 'changeBrand',
    section,
    summary: 'Change what is given of it, and leave the rest',
    access: 'settings.edit',
    needsVersion: true,
    body: changesOf(fields),
    answer: brand,
    refusals: ['invalid_input'],
    handle: async ({ desk, body, version: seen }) =>
      wireBrand(
        await setBrand(desk.change, changesIn(body), seen),
        (await findSeller(desk.read))?.name ?? '',
      ),
  }),
]
