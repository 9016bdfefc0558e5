import { sha256 } from '@dstore/chaincode/domain';

const pattern = /^dst1_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

/** The text of a token, from 8 bytes of id and 32 random bytes of secret. */
export function tokenText(id: Uint8Array, secret: Uint8Array): string {
  return `dst1_${Buffer.from(id).toString('hex')}_${Buffer.from(secret).toString('base64url')}`;
}

/** The id within a token's text, or undefined when the text is no token. */
export function tokenIdOf(text: string): string | undefined {
  return pattern.exec(text)?.[1];
}

/** What is kept of a token: SHA-256 in hex. A token has 256 bits of chance, so that no slow hash is needed. */
export function tokenDigest(text: string): string {
  return sha256(Buffer.from(text, 'utf8')).toString('hex');
}
