/** ConnectionAnswer says to people why there is no connection to the database. */
export interface ConnectionAnswer {
  /** `sentence` says what was answered, with its code, and names the place. */
  sentence: string
  advice: string
  /** `again`: another try may go well, without anything being changed. */
  again: boolean
}

/** A row: the codes of PostgreSQL or of the network, what they mean, what to do. `told`: PostgreSQL's own words stand behind it. */
interface Row {
  codes: RegExp
  says: (where: string) => string
  advice: string
  again: boolean
  told?: boolean
}

const rows: readonly Row[] = [
  {
    codes: /^53300$/,
    says: (where) => `PostgreSQL at ${where} has no connection left`,
    advice:
      'run fewer processes, or raise max_connections of PostgreSQL or the connection limit of the role or the database, whichever is reached',
    again: true,
    told: true,
  },
  {
    codes: /^3D000$/,
    says: (where) => `PostgreSQL answers, but the database ${where} does not exist`,
    advice: 'correct the name of the database in DATABASE_URL, or create it',
    again: false,
  },
  {
    codes: /^28P01$/,
    says: (where) => `PostgreSQL at ${where} refuses the role or its password`,
    advice: 'correct the role and the password in DATABASE_URL, and restart the servers with them',
    again: false,
    told: true,
  },
  {
    codes: /^28/,
    says: (where) => `PostgreSQL at ${where} does not let the role in`,
    advice:
      'correct the role in DATABASE_URL; or create it, let it log in, and give it a line in pg_hba.conf',
    again: false,
    told: true,
  },
  {
    codes: /^42501$/,
    says: (where) => `PostgreSQL at ${where} does not let the role into this database`,
    advice: 'grant the role connect on the database, or name the right ones in DATABASE_URL',
    again: false,
    told: true,
  },
  {
    codes: /^57P03$/,
    says: (where) => `PostgreSQL at ${where} is starting or stopping`,
    advice: 'try again in a moment',
    again: true,
    told: true,
  },
  {
    codes: /^(ENOTFOUND|EAI_AGAIN)$/,
    says: (where) => `the name of the database's host is not found (${where})`,
    advice: 'correct the host in DATABASE_URL, or see that this machine can look names up, and try again',
    again: true,
  },
  {
    codes: /^(ECONNREFUSED|ENOENT)$/,
    says: (where) => `nothing listens for connections to the database at ${where}`,
    advice: 'see that PostgreSQL runs, and that host and port in DATABASE_URL are right, and try again',
    again: true,
  },
  {
    codes: /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/,
    says: (where) => `the host of the database does not answer (${where})`,
    advice: 'see that it runs, and that no firewall stands between, and try again',
    again: true,
  },
]

const other: Omit<Row, 'codes'> = {
  says: (where) => `cannot reach the database at ${where}`,
  advice: 'see that PostgreSQL runs and that DATABASE_URL is right, and try again',
  again: true,
}

/** `connectionAnswer` says what a failed connection means. `where` names host, port and database without the password; `words` are PostgreSQL's. */
export function connectionAnswer(code: string, where: string, words: string): ConnectionAnswer {
  const { says, advice, again, told } = rows.find(({ codes }) => codes.test(code)) ?? other
  return { sentence: `${says(where)} (${told && words ? `${words}, ` : ''}${code})`, advice, again }
}
