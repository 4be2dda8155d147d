import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** LONGEST names the files that take a minute or so. One that began last would be waited for alone. */
const LONGEST = [
  'fulfilment/chaos',
  'webhooks/chaos',
  'app/outage',
  'database/embedded',
  'docs/cli-examples',
  'process/',
]

/** `LongestFirst` begins with the longest files, also in a checkout that has not measured them yet. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.includes(`/test/${name}`))
      return found < 0 ? LONGEST.length : found
    }
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other))
  }
}
