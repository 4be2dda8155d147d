/** cli-progress ships no types; these are those of what is used here. */
declare module 'cli-progress' {
  class SingleBar {
    constructor(options: { format?: string; stream?: NodeJS.WritableStream; clearOnComplete?: boolean })
    start(total: number, done: number): void
    update(done: number): void
    stop(): void
  }
  const progress: { SingleBar: typeof SingleBar }
  export default progress
}
