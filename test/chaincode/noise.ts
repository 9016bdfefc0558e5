import { createHash } from 'node:crypto';

/** Bytes that look random and depend on nothing but the name. */
export function noise(length: number, name: string | number): Buffer {
  return createHash('shake256', { outputLength: length }).update(String(name)).digest();
}

/** A number below `below` that depends on nothing but the name. */
export function drawn(below: number, name: string): number {
  return noise(6, name).readUIntBE(0, 6) % below;
}

/** The bytes with one bit of one byte turned over. */
export function flipped(bytes: Uint8Array, at: number): Buffer {
  const other = Buffer.from(bytes);
  other.writeUInt8(other.readUInt8(at) ^ (1 << (at % 8)), at);
  return other;
}
