export { actAgain, actAs, actByPlan } from './acting.sql.ts'
