import type { IncomingHttpHeaders } from 'node:http';
import type { Version } from '../core/delta.js';
import { Denial } from '../ports/fault.js';
import type { AnnouncedDigests } from '../use-cases/body-digests.js';

const kept = [
  'content-type',
  'content-encoding',
  'content-language',
  'content-disposition',
  'cache-control',
  'expires',
];
const metadataPrefix = 'dstore-meta-';
const mostMetadataBytes = 8192;
const digestPattern = /^(sha-256|sha-512)=:([A-Za-z0-9+/]+={0,2}):$/;
const digestBytes = { 'sha-256': 32, 'sha-512': 64 } as const;

/** Headers and metadata of a put, kept with the version. */
export interface KeptHeaders {
  readonly headers: Record<string, string>;
  readonly metadata: Record<string, string>;
  readonly digests: AnnouncedDigests;
}

/** Reads what a put keeps. Denials `request-malformed`, `metadata-too-large`. */
export function keptHeaders(given: IncomingHttpHeaders): KeptHeaders {
  if (given['content-range'] !== undefined)
    throw new Denial('request-malformed', 'a put takes the whole object: Content-Range is refused');
  const headers: Record<string, string> = {};
  for (const name of kept) {
    const value = given[name];
    if (typeof value === 'string' && value !== '') headers[name] = value;
  }
  const announced = [given['repr-digest'], given['content-digest']].filter((one) => one !== undefined);
  const digests = Object.assign({}, ...announced.map((one) => digestsOf(String(one)))) as AnnouncedDigests;
  return { headers, metadata: metadataOf(given), digests };
}

function metadataOf(given: IncomingHttpHeaders): Record<string, string> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(given)) {
    if (!name.startsWith(metadataPrefix) || value === undefined) continue;
    bytes += name.length + String(value).length;
    if (bytes > mostMetadataBytes)
      throw new Denial('metadata-too-large', `metadata may have ${mostMetadataBytes} bytes`, {
        limit: String(mostMetadataBytes),
      });
    metadata[name.slice(metadataPrefix.length)] = decoded(name, String(value));
  }
  return metadata;
}

function decoded(name: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new Denial('request-malformed', `${name} is not percent-encoded UTF-8`);
  }
}

/** Digests of an RFC 9530 field; algorithms other than SHA-256 and SHA-512 are passed over. */
function digestsOf(field: string): AnnouncedDigests {
  const digests: { sha256?: string; sha512?: string } = {};
  for (const part of field.split(',').map((one) => one.trim())) {
    if (!/^sha-(?:256|512)=/.test(part)) continue;
    const [, algorithm, value = ''] = digestPattern.exec(part) ?? [];
    const bytes = Buffer.from(value, 'base64');
    if (
      (algorithm !== 'sha-256' && algorithm !== 'sha-512') ||
      bytes.length !== digestBytes[algorithm] ||
      bytes.toString('base64') !== value
    )
      throw new Denial('request-malformed', 'a digest field is not well formed (RFC 9530)');
    digests[algorithm === 'sha-256' ? 'sha256' : 'sha512'] = value;
  }
  return digests;
}

/** Headers that describe a version, for GET, HEAD and 304. */
export function versionHeaders(version: Version): Record<string, string> {
  return {
    'content-type': 'application/octet-stream',
    ...Object.fromEntries(version.headers),
    ...Object.fromEntries(
      version.metadata.map(([name, value]) => [`${metadataPrefix}${name}`, encodeURIComponent(value)]),
    ),
    etag: `"${version.versionId}"`,
    'last-modified': new Date(version.modified).toUTCString(),
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  };
}
