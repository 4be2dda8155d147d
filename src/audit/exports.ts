/** Files of lists that were sent: who had which rows of what, as the trail says. */
export { insertExport as beginExport, updateExport as endExport } from './exports.sql.ts'
