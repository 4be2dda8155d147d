export { findBelowCost, type PriceBelowCost } from './below-cost.sql.ts'
