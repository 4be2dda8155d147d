const percent = new Intl.NumberFormat('en', {
  ...{ style: 'percent', useGrouping: false, minimumFractionDigits: 1, maximumFractionDigits: 1 },
})

/**
 * `percentOfShare` writes a share from 0 to 1 as percent, `14.3`: rounded as the pages round it. `toFixed` would make 14.2 of 0.1425, which is a little less
 * as the machine keeps it.
 */
export const percentOfShare = (share: number): string => percent.format(share).slice(0, -1)
