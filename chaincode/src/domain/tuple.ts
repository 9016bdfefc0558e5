/** An element of a tuple: text, byte string or unsigned number below 2^64. */
export type TupleElement = string | Uint8Array | bigint | number;

/**
 * T(a, b, …): the one encoding of everything that is hashed or signed (protocol, Conventions).
 * Text is UTF-8 followed by 0x00, bytes are preceded by their u32 length, numbers are u64; all big-endian.
 * The first element is a tag such as `dstore/v1/receipt`; the types of the others are fixed by the tag.
 * Throws RangeError for text that holds U+0000 or a lone surrogate, and for numbers outside u64.
 */
export function tuple(tag: string, ...elements: TupleElement[]): Buffer {
  return Buffer.concat([text(tag), ...elements.map(encode)]);
}

function encode(element: TupleElement): Buffer {
  if (typeof element === 'string') return text(element);
  if (typeof element === 'bigint') return u64(element);
  if (typeof element === 'number') return u64(BigInt(element));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(element.length);
  return Buffer.concat([length, element]);
}

function text(value: string): Buffer {
  if (value.includes('\0') || !value.isWellFormed())
    throw new RangeError('text in a tuple must be well-formed and free of U+0000');
  return Buffer.from(`${value}\0`, 'utf8');
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
