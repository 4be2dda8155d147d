import * as mantine from '@mantine/core'
import { atField } from './inputs.tsx'

/** `NumberInput` is Mantine's, which shows what is wrong with its value; it is large, and stands apart. */
export const NumberInput = /* @__PURE__ */ atField(mantine.NumberInput)
