import type { Template } from '../template.ts'
import { badLogin, outOfCredit, tooBusy } from './words.ts'

/** `noResult` finds what is no result at the beginning of an answer: it is a refusal, or a page that somebody else sent. */
const noResult =
  '^(?:<|error|fail|reject|refuse|invalid|wrong|unknown|unauthori|insufficient|not |no |missing|too many)'
const failed = '^(?:error|fail(?:ed|ure)?|reject(?:ed)?|refused)\\b'
/** `twoLines` finds two lines of `label: value`, ended as text or as HTML. */
const twoLines = '^[^:<\\n]{1,60}:[^\\n<]*(?:\\n|<br ?/?>)\\s*[^:<\\n]{1,60}:'

export const instantGetText = {
  name: 'instant-get-text',
  description:
    'GET <url>?service=..&imei=..&key=.., answered at once with lines of "label: value" that name the input, or with ERROR and a reason',
  request: {
    method: 'GET',
    url: '{url}',
    query: { service: '{service}', imei: '{imei}', key: '{key}' },
  },
  answer: {
    format: 'text',
    success: [
      {
        all: [
          { path: '$text', matches_not: noResult },
          { path: '$text', matches: twoLines },
          { path: '$text', contains: '{imei}' },
        ],
      },
    ],
    refused: [{ path: '$text', matches: failed }],
    credit: [{ path: '$text', matches: `${failed}.{0,40}${outOfCredit}` }],
    login: [{ path: '$text', matches: `${failed}.{0,40}(?:${badLogin})` }],
    busy: [{ path: '$text', matches: `${failed}.{0,40}${tooBusy}` }],
    result: 'whole',
    reason: { matches: '^(?:error)?[\\s:-]*(.{1,300})', group: 1 },
  },
} satisfies Template
