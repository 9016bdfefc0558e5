/** A file in an archive. */
export interface TarEntry {
  readonly name: string;
  readonly content: Uint8Array;
}

const block = 512;

/** A POSIX ustar archive (IEEE 1003.1, pax) of plain files without owner or time: equal files, equal bytes. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const files = entries.flatMap(({ name, content }) => {
    const rest = Buffer.alloc((block - (content.length % block)) % block);
    return [header(name, content.length), Buffer.from(content), rest];
  });
  return Buffer.concat([...files, Buffer.alloc(2 * block)]);
}

function header(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new RangeError(`${name} is too long for an archive`);
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number) =>
    bytes.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  bytes.write(name, 0);
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  bytes.write('        0', 148, 'latin1');
  bytes.write('ustar\x0000', 257, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}
