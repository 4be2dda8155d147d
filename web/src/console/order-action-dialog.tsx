import { lazy } from 'react'

/** `OrderActionDialog` is an action of an order on pages of other things, which load it once it is asked for. */
export const OrderActionDialog = lazy(async () => ({
  default: (await import('./routes/orders/actions.tsx')).ActionDialog,
}))
