/** `inPool` does every job once, so many at a time, and gives the results in order. */
export async function inPool<Job, Result>(
  jobs: readonly Job[],
  atOnce: number,
  work: (job: Job) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const waiting = jobs.entries()
  const worker = async (): Promise<void> => {
    for (const [index, job] of waiting) results[index] = await work(job)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, worker))
  return results
}
