import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

// A record: magic, body length, block number (8), CRC of the body, CRC of these 20 bytes; body; seal.
const headerSize = 24;
const magic = 0x4453424c;
/** Ends every record and is never zero, so that a record whose end was not written shows. */
const seal = Buffer.of(0x5e, 0xa1, 0xed, 0x0a);
const segmentBytes = 256 * 1024 * 1024;

/** Where a block lies. */
export interface Place {
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

/** The block log can't be trusted: it says where and why. Nothing was changed. */
export class DamagedLog extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DamagedLog';
  }
}

interface Segment {
  readonly path: string;
  readonly file: FileHandle;
  size: number;
}

/**
 * Blocks one after the other in append-only segments. A block that `append` acknowledged is on the medium.
 * Opening checks every record; an unsealed tail, which only a crash while writing leaves, is cut off,
 * and any other flaw is refused.
 */
export class BlockLog {
  readonly #directory: string;
  readonly #segments: Segment[] = [];
  readonly #places: Place[] = [];

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Rejects with {@link DamagedLog} when a record is missing or altered. */
  static async open(directory: string): Promise<BlockLog> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const log = new BlockLog(directory);
    try {
      const names = (await readdir(directory)).filter((name) => /^blocks-\d{12}\.log$/.test(name)).sort();
      for (const [index, name] of names.entries()) await log.#adopt(name, index === names.length - 1);
      return log;
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /** Blocks in the log. */
  get height(): number {
    return this.#places.length;
  }

  /** Bytes in the log from a block on. */
  bytesFrom(number: number): number {
    return this.#places.slice(number).reduce((sum, { length }) => sum + length, 0);
  }

  /** Resolves once the block with the next number is durable. */
  async append(body: Uint8Array): Promise<void> {
    const number = this.height;
    let segment = this.#segments.at(-1);
    if (segment === undefined || segment.size >= segmentBytes) segment = await this.#begin(number);
    const record = encode(number, body);
    await writeAll(segment.file, record, segment.size);
    await segment.file.datasync();
    this.#places.push({
      segment: this.#segments.length - 1,
      offset: segment.size + headerSize,
      length: body.length,
    });
    segment.size += record.length;
  }

  /** The bytes of a block. Rejects with RangeError for a number the log has not reached. */
  async read(number: number): Promise<Buffer> {
    const place = this.#places[number];
    if (place === undefined) throw new RangeError(`block ${number} is not in the log`);
    const { file } = this.#segments[place.segment] as Segment;
    const body = Buffer.alloc(place.length);
    await file.read(body, 0, place.length, place.offset);
    return body;
  }

  async close(): Promise<void> {
    await Promise.all(this.#segments.splice(0).map(({ file }) => file.close()));
  }

  async #begin(number: number): Promise<Segment> {
    const path = join(this.#directory, `blocks-${String(number).padStart(12, '0')}.log`);
    const segment = { path, file: await open(path, 'wx+', 0o600), size: 0 };
    const directory = await open(this.#directory, 'r');
    await directory.sync().finally(() => directory.close());
    this.#segments.push(segment);
    return segment;
  }

  async #adopt(name: string, last: boolean): Promise<void> {
    const path = join(this.#directory, name);
    const file = await open(path, 'r+');
    const { size } = await file.stat();
    const segment = { path, file, size: 0 };
    this.#segments.push(segment);
    if (Number(name.slice(7, 19)) !== this.height)
      throw new DamagedLog(`${path} begins elsewhere than at block ${this.height}: a segment is missing`);
    for await (const record of scan(file, size, path, this.height)) {
      this.#places.push({ segment: this.#segments.length - 1, ...record });
      segment.size = record.offset + record.length + seal.length;
    }
    if (segment.size === size) return;
    if (!last) throw new DamagedLog(`${path} ends within block ${this.height}, and more segments follow`);
    await file.truncate(segment.size);
    await file.datasync();
  }
}

function encode(number: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(headerSize);
  header.writeUInt32BE(magic, 0);
  header.writeUInt32BE(body.length, 4);
  header.writeBigUInt64BE(BigInt(number), 8);
  header.writeUInt32BE(crc32(body), 16);
  header.writeUInt32BE(crc32(header.subarray(0, 20)), 20);
  return Buffer.concat([header, body, seal]);
}

/** A write that stopped half-way (a full medium) leaves a tail that the next append overwrites. */
async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}

/** The sealed records of a segment; ends before an unsealed tail. */
async function* scan(
  file: FileHandle,
  size: number,
  path: string,
  first: number,
): AsyncGenerator<{ offset: number; length: number }> {
  const header = Buffer.alloc(headerSize);
  let body = Buffer.alloc(1 << 20);
  for (let at = 0, number = first; at < size; number += 1) {
    if (size - at < headerSize) return;
    await file.read(header, 0, headerSize, at);
    if (!isHeader(header, number)) {
      if (await isZero(file, at, size)) return;
      throw new DamagedLog(`${path} is damaged at byte ${at}: the head of block ${number} is not whole`);
    }
    const length = header.readUInt32BE(4);
    const end = at + headerSize + length + seal.length;
    if (end > size) return;
    if (body.length < length + seal.length) body = Buffer.alloc(2 * length);
    await file.read(body, 0, length + seal.length, at + headerSize);
    const sealed = body.subarray(length, length + seal.length).equals(seal);
    if (!sealed && end === size) return;
    if (!sealed || crc32(body.subarray(0, length)) !== header.readUInt32BE(16))
      throw new DamagedLog(`${path} is damaged: block ${number} at byte ${at} fails its checksum`);
    yield { offset: at + headerSize, length };
    at = end;
  }
}

function isHeader(header: Buffer, number: number): boolean {
  return (
    header.readUInt32BE(0) === magic &&
    crc32(header.subarray(0, 20)) === header.readUInt32BE(20) &&
    header.readBigUInt64BE(8) === BigInt(number)
  );
}

/** File systems may show room that was allocated and never written as zeros. */
async function isZero(file: FileHandle, from: number, to: number): Promise<boolean> {
  const buffer = Buffer.alloc(1 << 16);
  for (let at = from; at < to; at += buffer.length) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, to - at), at);
    if (buffer.subarray(0, bytesRead).some((byte) => byte !== 0)) return false;
  }
  return true;
}
