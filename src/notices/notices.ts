export { selectNotices as listNotices } from './notices.sql.ts'
