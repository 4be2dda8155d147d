import * as mantine from '@mantine/core'
import type { ComponentType } from 'react'
import { atField } from './inputs.tsx'

/** Inputs of Mantine that open a list, and show what was refused of them, within AtFields. */
export const Select = /* @__PURE__ */ atField(mantine.Select as ComponentType<mantine.SelectProps<string>>)
export const Autocomplete = /* @__PURE__ */ atField(mantine.Autocomplete)
