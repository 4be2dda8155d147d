import { Plural } from '@lingui/react/macro'
import { copyText } from '../../../kit/copy-text.tsx'
import { type OrderRow, readInputs } from './order-data.ts'

/** `copyInputs` copies all IMEIs and serial numbers of some orders, one a line. */
export const copyInputs = (orders: readonly OrderRow[]): Promise<void> =>
  copyText(
    async () => (await readInputs(orders)).join('\n'),
    (text) => <Plural value={text.split('\n').length} one="# IMEI copied" other="# IMEIs copied" />,
  )
