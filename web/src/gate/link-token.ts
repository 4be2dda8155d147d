/** The token of a mailed link stands behind `#`, which no browser sends and no log holds. */
export const linkToken = decodeURIComponent(window.location.hash.slice(1))
