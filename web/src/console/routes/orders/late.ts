/** The dialogs for many orders, what copies their IMEIs, an order beside its list and the list of pasted lines are one file for browsers: the list of orders loads it when one of them is opened. */
export { Bulk } from './bulk.tsx'
export { copyInputs } from './copy-inputs.tsx'
export { OrderBeside } from './order.tsx'
export { Pasted } from './pasted.tsx'
