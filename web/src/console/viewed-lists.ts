import type { paths } from '../api/made/operator.ts'
import type { Values } from '../kit/filter-values.ts'
import type { useLook } from '../kit/table.tsx'

/** ViewedList is a list whose filters are kept under a name. */
export type ViewedList = paths['/api/operator/me/views']['get']['parameters']['query']['list']

type Look = ReturnType<typeof useLook>[0]

export interface ListViewsProps {
  list: ViewedList
  query: Values
  /** `look` is how a list is shown whose columns are chosen. */
  look?: Look
  onLook?: (look: Look) => void
}

/** pageOf is where each list stands. */
export const pageOf: Readonly<Record<ViewedList, string>> = {
  orders: '/orders',
  resellers: '/resellers',
  services: '/catalogue/services',
  deposits: '/money/deposits',
  adjustments: '/money/adjustments',
  transfers: '/money/transfers',
  invoices: '/money/invoices',
  suppliers: '/suppliers',
  inbox: '/inbox',
  audit: '/settings/audit',
}
