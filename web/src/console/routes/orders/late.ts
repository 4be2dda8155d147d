/** What the list of orders wants seldom is loaded together, when any of it is wanted. */
export { Bulk } from './bulk.tsx'
export { OrderBeside } from './order.tsx'
export { Pasted } from './pasted.tsx'
