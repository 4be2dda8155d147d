import { i18n } from '@lingui/core'
import { expect, test } from 'vitest'
import { percentOfShare } from '../../src/lib/share.ts'
import { percent } from '../../web/src/kit/duration.ts'

test('a share reads the same in files, on the command line and on the pages', () => {
  i18n.loadAndActivate({ locale: 'en', messages: {} })
  // Each of the first three is a little less than it reads, as the machine keeps it.
  for (const share of [0.1425, 0.5785, 0.8155, 0, 1, 0.986, 1 / 3, 2 / 3])
    expect([share, `${percentOfShare(share)}%`]).toEqual([share, percent(share)])
  expect([percentOfShare(0.1425), percentOfShare(1)]).toEqual(['14.3', '100.0'])
})
