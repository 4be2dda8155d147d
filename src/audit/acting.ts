export { actAs } from './acting.sql.ts'
