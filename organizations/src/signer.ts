import { type KeyObject, sign } from 'node:crypto';

/** Order of the P-256 group (FIPS 186-5, SEC 2 section 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * ECDSA P-256 signature over SHA-256 of the message, DER, with s in the lower half: the only form Fabric takes.
 * Throws when the key is not a P-256 private key.
 */
export function signLowS(key: KeyObject, message: Uint8Array): Buffer {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError('only P-256 keys sign here');
  // The key alone: with options around it, or another encoding, Node takes twice as long.
  const der = sign('sha256', message, key);
  const endOfR = 4 + der.readUInt8(3);
  const s = BigInt(`0x${der.toString('hex', endOfR + 2)}`);
  if (s <= order / 2n) return der;
  const low = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex');
  const body = Buffer.concat([der.subarray(2, endOfR), derInteger(low)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** True when the s of a DER signature lies in the lower half; malformed signatures are not low. */
export function isLowS(signature: Uint8Array): boolean {
  const der = Buffer.from(signature);
  const lengthOfR = der[3] ?? 0;
  const lengthOfS = der[5 + lengthOfR] ?? 0;
  const s = der.subarray(6 + lengthOfR);
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || s.length !== lengthOfS || s.length === 0) return false;
  return BigInt(`0x${s.toString('hex')}`) <= order / 2n;
}

function derInteger(bytes: Buffer): Buffer {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from += 1;
  const trimmed = bytes.subarray(from);
  const positive = (trimmed[0] as number) < 0x80 ? trimmed : Buffer.concat([Buffer.of(0), trimmed]);
  return Buffer.concat([Buffer.of(2, positive.length), positive]);
}
