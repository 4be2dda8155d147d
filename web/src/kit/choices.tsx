import * as mantine from '@mantine/core'
import type { ComponentType } from 'react'
import { atField } from './at-fields.tsx'

/** Inputs of Mantine that open a list, or count, and show what was refused of them, within AtFields. */
export const NumberInput = /* @__PURE__ */ atField(mantine.NumberInput)
export const Select = /* @__PURE__ */ atField(mantine.Select as ComponentType<mantine.SelectProps<string>>)
export const Autocomplete = /* @__PURE__ */ atField(mantine.Autocomplete)
