import * as mantine from '@mantine/core'
import { atField } from './at-fields.tsx'

/** Inputs of Mantine that show what was refused of them, within AtFields; those that open a list are in choices.tsx, which is larger. */
export const TextInput = /* @__PURE__ */ atField(mantine.TextInput)
export const Textarea = /* @__PURE__ */ atField(mantine.Textarea)
export const PasswordInput = /* @__PURE__ */ atField(mantine.PasswordInput)
export const NativeSelect = /* @__PURE__ */ atField(mantine.NativeSelect)
