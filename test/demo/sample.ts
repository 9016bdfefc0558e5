import { createCipheriv, createHash } from 'node:crypto';

const pieceBytes = 1 << 20;

/** A stream of bytes that nobody can compress or guess, the same for the same name; a MiB at a time. */
export async function* sampleBytes(name: string, bytes: number): AsyncGenerator<Buffer> {
  const key = createHash('sha256').update(name).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  for (let left = bytes; left > 0; left -= pieceBytes)
    yield cipher.update(Buffer.alloc(Math.min(pieceBytes, left)));
}

/** SHA-256 of a stream, in hexadecimal. */
export async function digestOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of stream) hash.update(piece);
  return hash.digest('hex');
}

/** SHA-256 of a sample, in hexadecimal. */
export const sampleDigest = (name: string, bytes: number) => digestOf(sampleBytes(name, bytes));

/** Does something for each of many, so many at a time. */
export async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
