export { attemptOutcomes, type EndedAttempt, selectAttempts as listAttempts } from './attempts.sql.ts'
