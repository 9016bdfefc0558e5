const devices = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;
const escape = (text: string) =>
  [...Buffer.from(text, 'utf8')]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');

/**
 * Segments of a file name for a key, safe on every system: none is empty, `.`, `..`, a drive, a device or holds what a
 * file system takes for more than a name. What is not safe is percent-escaped, and so is what looks escaped already:
 * different keys keep different names.
 */
export function localSegments(key: string): string[] {
  return key.split('/').map(localSegment);
}

function localSegment(segment: string): string {
  if (segment === '') return '%2F';
  if (segment === '.' || segment === '..') return escape(segment);
  const plain = segment
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f\\:*?"<>|]|%(?=[0-9A-Fa-f]{2})/g, escape)
    .replace(/[. ]$/, escape);
  return devices.test(plain) ? escape(plain.charAt(0)) + plain.slice(1) : plain;
}
