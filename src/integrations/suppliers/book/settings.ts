import { choice } from '../../../lib/attribute-types.ts'
import { map } from '../../kit/fields.ts'
import { answerClasses } from './classes.ts'
import { phraseFault } from './phrases.ts'

/** `wordsSetting` are the operator's own words, which count before the shipped lists. */
export const wordsSetting = map({
  label: 'Own words',
  default: {},
  values: answerClasses,
  nameFault: phraseFault,
  help: `what words of its refusals mean, by phrase: {"hubungi sales": "credit"}; one of ${answerClasses.join(', ')}. They count before the lists of ten languages that are shipped`,
})

/** `unrecognisedSetting` says what becomes of a refusal in words that no list knows. */
export const unrecognisedSetting = choice(['review', 'refuse'], {
  label: 'Unrecognised words',
  default: 'review',
  help: 'a refusal in words that no list knows: review holds the money and asks you once for each text, refuse takes it for a refusal of the item',
})
