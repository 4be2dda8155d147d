import type { Sql } from '../database/database.ts'
import { everyMinute, type JobTask } from '../jobs/jobs.ts'
import type { Clock } from '../lib/time.ts'
import { deleteFailures, deleteForgotten } from './attempts.sql.ts'
import { deleteOldEmailChanges } from './email-changes.sql.ts'
import { KEPT_MS } from './lifetimes.ts'
import { deleteChallenges } from './passkeys.sql.ts'
import { deleteSignIns } from './sign-ins.sql.ts'

/** SWEEP_SIGN_INS is the job that removes sign-ins, failures and challenges that are old. */
const SWEEP_SIGN_INS = 'sign_ins_sweep'

const PER_ROUND = 10_000
/** MAX_ROUNDS bounds one run: the next one goes on. */
const MAX_ROUNDS = 20

/** `signInJobs` has the task of the job. */
export function signInJobs({ sql, clock }: { sql: Sql; clock: Clock }): Record<string, JobTask> {
  const sweep: JobTask = async (_payload, stopping) => {
    const now = clock.now()
    const old = new Date(now.getTime() - KEPT_MS)
    for (const round of [
      () => deleteForgotten(sql, now, PER_ROUND),
      () => deleteFailures(sql, old, PER_ROUND),
      () => deleteChallenges(sql, now, PER_ROUND),
      () => deleteOldEmailChanges(sql, now, PER_ROUND),
      () => deleteSignIns(sql, old, PER_ROUND),
    ]) {
      for (let rounds = 0; rounds < MAX_ROUNDS && !stopping.aborted; rounds++) {
        if ((await round()) < PER_ROUND) break
      }
    }
  }
  return { [SWEEP_SIGN_INS]: everyMinute(sweep) }
}
