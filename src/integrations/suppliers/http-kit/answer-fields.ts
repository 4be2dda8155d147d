import { times } from '../../kit/fields.ts'
import { unrecognisedSetting, wordsSetting } from '../book/settings.ts'
import { base64Setting } from './results.ts'
import { statusWordsSetting } from './status-words.ts'
import { frontStatuses } from './turned-away.ts'

/**
 * `answerFields` are the fields of every kind that speaks HTTP: what its answers mean, and when it is asked once more. `recheck` is the
 * default of the latter.
 */
export const answerFields = ({ recheck }: { recheck: number[] }) => ({
  words: wordsSetting,
  unrecognised: unrecognisedSetting,
  front_statuses: frontStatuses,
  status_words: statusWordsSetting,
  base64_results: base64Setting,
  recheck: times({
    label: 'Rechecks',
    default: recheck,
    help: 'seconds after the end of an order at which it is asked about once more, for a change of mind',
  }),
})
