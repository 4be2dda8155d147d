export { findWaitingLists, type WaitingList } from './waiting.sql.ts'
