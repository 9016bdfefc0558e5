import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { insist } from './refusal.js';

/** Order n of the group of P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** SubjectPublicKeyInfo of a P-256 key up to its point (RFC 5480). */
const pointPrefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** What an uncompressed point begins with (SEC 1 section 2.3.3). */
const uncompressed = Buffer.of(4);

/**
 * Reads a P-256 public key (SubjectPublicKeyInfo with an uncompressed point, DER in base64); anything else, or another
 * spelling of it, is `key-malformed`.
 */
export function parsePublicKey(spki: string): KeyObject {
  const der = bytesOf(spki);
  // OpenSSL reads compressed points and explicit curves too, and writes them back as it read them.
  const spelled = der?.subarray(0, 27).equals(Buffer.concat([pointPrefix, uncompressed])) === true;
  const key = spelled ? tryKey(der) : undefined;
  insist(
    key !== undefined && der?.length === pointPrefix.length + 65,
    'key-malformed',
    'not a P-256 public key',
  );
  return key;
}

/** The bytes that base64 stands for; undefined for a second spelling of them. */
function bytesOf(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}

function tryKey(der: Buffer): KeyObject | undefined {
  try {
    // As text, which Node reads in half the time.
    const lines = der.toString('base64').replace(/.{64}/g, '$&\n');
    return createPublicKey(`-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`);
  } catch {
    return undefined;
  }
}

/** Whether the signature (DER in base64, minimal, low S, one spelling) is the key's over SHA-256 of the message. */
export function verifySignature(spki: string, message: Uint8Array, signature: string): boolean {
  const der = bytesOf(signature);
  return der !== undefined && isLowDer(der) && verify('sha256', message, parsePublicKey(spki), der);
}

/** DER of an ECDSA signature given as r || s, with s replaced by n - s where it is high. */
export function lowDer(raw: Uint8Array): Buffer {
  const r = number(raw.subarray(0, 32));
  const s = number(raw.subarray(32));
  const body = Buffer.concat([derInteger(r), derInteger(s > order / 2n ? order - s : s)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** Whether the bytes are the one canonical encoding of a signature with low S. */
function isLowDer(der: Buffer): boolean {
  const rLength = der[3] ?? 0;
  const sLength = der[5 + rLength] ?? 0;
  if (der.length < 8 || rLength > 33 || sLength > 33 || der.length !== 6 + rLength + sLength) return false;
  const r = number(der.subarray(4, 4 + rLength));
  const s = number(der.subarray(6 + rLength));
  if (r === 0n || s === 0n || r >= order || s >= order) return false;
  const raw = Buffer.from(r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0'), 'hex');
  return lowDer(raw).equals(der);
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const padded = (bytes[0] as number) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(2, padded.length), padded]);
}

function number(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** Refuses what is not an uncompressed point of P-256 (base64 of 65 bytes) as `key-malformed`. */
export function checkPoint(point: string): void {
  const bytes = bytesOf(point);
  insist(bytes?.length === 65, 'key-malformed', 'an uncompressed point has 65 bytes');
  parsePublicKey(Buffer.concat([pointPrefix, bytes]).toString('base64'));
}
