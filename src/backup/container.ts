import { createHash, type Hash, randomBytes } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip, createGzip } from 'node:zlib'
import { Refusal } from '../errors.ts'
import { decrypted, encrypted, type KeyMaker, newKey, openKey } from './cipher.ts'

/**
 * The file of a backup, version 1 (docs/backup.md describes it for other programs):
 *
 *     imeigate backup\n
 *     {"version": 1, ...}\n          the head, one line of JSON
 *     the frames, compressed by gzip, and then, where the head says so, encrypted
 *
 * A frame is a letter, the length of its content in four bytes, and the content. T begins a table (JSON), D has rows of it as COPY writes
 * them, E ends it (JSON: how many rows). S has the sequences (JSON). Z is the last one (JSON): how many tables and rows there are, and the
 * SHA-256 of the head and of all frames before it.
 */
const MAGIC = Buffer.from('imeigate backup\n')
const VERSION = 1
/** MAX_HEAD bounds the line of the head, and MAX_FRAME what a frame holds: what is longer was not written by us. */
const MAX_HEAD = 65_536
const MAX_FRAME = 1_048_576
/** GZIP_LEVEL: the higher ones take twice the time for some percent. */
const GZIP_LEVEL = 4

/** Head is what can be read of a backup without its passphrase. */
export interface Head {
  version: number
  /** `madeAt` is the moment that the backup holds. */
  madeAt: string
  program: string
  /** `schema` is the number of the schema, and `fingerprint` what says that it is the one that this program makes. */
  schema: number
  fingerprint: string
  installation: string
  /** `secretKeys` are the marks of the keys that secrets in it open with. */
  secretKeys: string[]
  encryption: KeyMaker | null
}

export type Frame =
  | { kind: 'table'; name: string; columns: string[] }
  | { kind: 'rows'; bytes: Buffer }
  | { kind: 'end'; rows: number }
  | { kind: 'sequences'; sequences: SequenceValue[] }

/** SequenceValue is how far a sequence has come. */
export interface SequenceValue {
  name: string
  /** `last` is the last number that was given; null: none was. */
  last: string | null
}

const letters = { table: 'T', rows: 'D', end: 'E', sequences: 'S' } as const

/** Written is what a file of a backup holds. */
export interface Written {
  bytes: number
  rows: number
}

/** `writeBackup` writes a file that is not there yet. It is on the disk when this returns. */
export async function writeBackup(
  file: string,
  given: Omit<Head, 'version' | 'encryption'>,
  frames: AsyncIterable<Frame>,
  passphrase: string | undefined,
): Promise<Written> {
  const made = passphrase === undefined ? undefined : await newKey(passphrase, randomBytes(16))
  const head: Head = { version: VERSION, ...given, encryption: made?.maker ?? null }
  const start = Buffer.concat([MAGIC, Buffer.from(`${JSON.stringify(head)}\n`)])
  const total = { tables: 0, rows: 0 }
  const compressed = through(framed(frames, start, total), createGzip({ level: GZIP_LEVEL }))
  const body = made ? encrypted(compressed, made.key, start) : compressed
  const opened = await open(file, 'wx', 0o600)
  try {
    let bytes = await writeAll(opened, start)
    for await (const some of body) bytes += await writeAll(opened, some)
    await opened.sync()
    return { bytes, rows: total.rows }
  } finally {
    await opened.close()
  }
}

/** `through` gives what a stream makes of bytes; it fails as these do. */
const through = <Stream extends NodeJS.ReadWriteStream>(
  bytes: AsyncIterable<Buffer>,
  stream: Stream,
): AsyncIterable<Buffer> =>
  pipeline(Readable.from(bytes, { objectMode: false }), stream, () => {}) as unknown as AsyncIterable<Buffer>

async function writeAll(file: FileHandle, bytes: Buffer): Promise<number> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten
  return bytes.length
}

async function* framed(
  frames: AsyncIterable<Frame>,
  start: Buffer,
  total: { tables: number; rows: number },
): AsyncGenerator<Buffer, void> {
  const hash = createHash('sha256').update(start)
  const hashed = (bytes: Buffer): Buffer => {
    hash.update(bytes)
    return bytes
  }
  for await (const frame of frames) {
    const { kind, ...content } = frame
    if (frame.kind === 'table') total.tables++
    if (frame.kind === 'end') total.rows += frame.rows
    yield hashed(
      frameOf(letters[kind], frame.kind === 'rows' ? frame.bytes : Buffer.from(JSON.stringify(content))),
    )
  }
  yield frameOf('Z', Buffer.from(JSON.stringify({ ...total, sha256: hash.digest('hex') })))
}

function frameOf(letter: string, content: Buffer): Buffer {
  const before = Buffer.alloc(5)
  before.write(letter, 'latin1')
  before.writeUInt32BE(content.length, 1)
  return Buffer.concat([before, content])
}

/** OpenedBackup is a backup whose head was read. */
export interface OpenedBackup {
  head: Head
  /**
   * `frames` reads all the rest, once. It throws a Refusal where the file is not as it was written, at the latest behind the last frame:
   * what was read counts only when it has ended.
   */
  frames(): AsyncGenerator<Frame, void>
  close(): Promise<void>
}

const refusing =
  (file: string) =>
  (why: string, field = 'file'): Refusal =>
    new Refusal('invalid_input', `${file} ${why}`, field)

const openFile = (file: string): Promise<FileHandle> =>
  open(file).catch((error: NodeJS.ErrnoException) => {
    throw new Refusal('invalid_input', `cannot read ${file} (${error.code})`, 'file')
  })

/** `isEncrypted` tells whether a file opens with a passphrase. Throws a Refusal (invalid_input) that says what is wrong with the file. */
export async function isEncrypted(file: string): Promise<boolean> {
  const opened = await openFile(file)
  try {
    return (await readHead(opened, refusing(file))).head.encryption !== null
  } finally {
    await opened.close()
  }
}

/** `openBackup` reads the head of a file. Throws a Refusal (invalid_input) that says what is wrong with the file, or with the passphrase. */
export async function openBackup(file: string, passphrase: string | undefined): Promise<OpenedBackup> {
  const refused = refusing(file)
  const opened = await openFile(file)
  try {
    const { head, start } = await readHead(opened, refused)
    const { encryption } = head
    if (encryption === null && passphrase !== undefined)
      throw refused('is not encrypted: leave the passphrase away', 'passphrase')
    if (encryption !== null && passphrase === undefined)
      throw refused(
        'is encrypted: give its passphrase by --passphrase-file or BACKUP_PASSPHRASE',
        'passphrase',
      )
    const key = encryption && (await openKey(passphrase ?? '', encryption))
    if (key === undefined) throw refused('does not open with this passphrase', 'passphrase')
    const cut = (): Refusal => refused('is cut off: the end of it is missing')
    const broken = (): Refusal => refused('is broken: it is not as it was written')
    return {
      head,
      frames: () => {
        const raw = opened.createReadStream({
          start: start.length,
          autoClose: false,
        }) as AsyncIterable<Buffer>
        const plain = key ? decrypted(raw, key, start, { broken, cut }) : raw
        return framesOf(unzipped(plain, { broken, cut }), createHash('sha256').update(start), { broken, cut })
      },
      close: () => opened.close(),
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function readHead(
  opened: FileHandle,
  refused: (why: string) => Refusal,
): Promise<{ head: Head; start: Buffer }> {
  const { buffer, bytesRead } = await opened
    .read(Buffer.alloc(MAX_HEAD), 0, MAX_HEAD, 0)
    .catch((error: NodeJS.ErrnoException) => {
      throw refused(`cannot be read (${error.code})`)
    })
  const bytes = buffer.subarray(0, bytesRead)
  if (bytes.length > 0 && bytes.length < MAGIC.length && MAGIC.subarray(0, bytes.length).equals(bytes))
    throw refused('is cut off: the end of it is missing')
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw refused('is no backup of imeigate: it does not begin as one')
  const end = bytes.indexOf(0x0a, MAGIC.length)
  if (end < 0 && bytesRead < MAX_HEAD) throw refused('is cut off: the end of it is missing')
  try {
    const head = JSON.parse(bytes.subarray(MAGIC.length, Math.max(end, 0)).toString()) as Head
    if (typeof head.version === 'number' && head.version > VERSION)
      throw refused(
        `is of version ${head.version} of the format, this imeigate reads ${VERSION}: use a newer one`,
      )
    if (head.version !== VERSION || !isHead(head)) throw new Error('another one')
    return { head, start: Buffer.from(bytes.subarray(0, end + 1)) }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw refused('is broken: what it begins with cannot be read')
  }
}

const isHead = (head: Head): boolean =>
  typeof head.madeAt === 'string' &&
  Number.isInteger(head.schema) &&
  typeof head.fingerprint === 'string' &&
  Array.isArray(head.secretKeys) &&
  (head.encryption === null ||
    (head.encryption?.cipher === 'aes-256-gcm' &&
      head.encryption.kdf === 'scrypt' &&
      [head.encryption.cost, head.encryption.block, head.encryption.parallel].every(Number.isInteger)))

interface Wrong {
  broken: () => Refusal
  cut: () => Refusal
}

async function* unzipped(bytes: AsyncIterable<Buffer>, { broken, cut }: Wrong): AsyncGenerator<Buffer, void> {
  try {
    yield* through(bytes, createGunzip())
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'Z_BUF_ERROR') throw cut()
    if (code?.startsWith('Z_')) throw broken()
    throw error
  }
}

async function* framesOf(
  bytes: AsyncIterable<Buffer>,
  hash: Hash,
  { broken, cut }: Wrong,
): AsyncGenerator<Frame, void> {
  const total = { tables: 0, rows: 0 }
  let waiting = Buffer.alloc(0)
  let ended = false
  for await (const some of bytes) {
    if (ended) throw broken()
    waiting = Buffer.concat([waiting, some])
    while (waiting.length >= 5) {
      const length = waiting.readUInt32BE(1)
      if (length > MAX_FRAME) throw broken()
      if (waiting.length < 5 + length) break
      const whole = waiting.subarray(0, 5 + length)
      waiting = waiting.subarray(5 + length)
      const letter = whole.toString('latin1', 0, 1)
      const content = whole.subarray(5)
      if (letter === 'Z') {
        const expected = JSON.stringify({ ...total, sha256: hash.digest('hex') })
        if (content.toString() !== expected || waiting.length > 0) throw broken()
        ended = true
        break
      }
      hash.update(whole)
      const frame = readFrame(letter, content)
      if (!frame) throw broken()
      if (frame.kind === 'table') total.tables++
      if (frame.kind === 'end') total.rows += frame.rows
      yield frame
    }
  }
  if (!ended) throw cut()
}

function readFrame(letter: string, content: Buffer): Frame | undefined {
  if (letter === letters.rows) return { kind: 'rows', bytes: content }
  const found = Object.entries(letters).find(([, one]) => one === letter)
  try {
    return found && ({ kind: found[0], ...JSON.parse(content.toString()) } as Frame)
  } catch {
    return undefined
  }
}
