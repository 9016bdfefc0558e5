import { createHash, hash } from 'node:crypto';

/** SHA-256 over the concatenation of the parts. */
export function sha256(...parts: Uint8Array[]): Buffer {
  const [first] = parts;
  // In one call, and by way of text: chains and trees hash so little at a time that the call is what they pay.
  if (first !== undefined && parts.length === 1)
    return Buffer.from(hash('sha256', first, 'binary'), 'binary');
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
}
