/** Bytes of chance in a version's id. */
export const versionIdChance = 10;

/**
 * A version's id: the time of its put in milliseconds (6 bytes), then chance. Ids grow with time, so that a catalog takes
 * new ones at its end; nothing else is read from them. Throws RangeError for other than {@link versionIdChance} bytes.
 */
export function versionIdOf(milliseconds: number, chance: Uint8Array): string {
  if (chance.length !== versionIdChance) throw new RangeError('a version id takes ten bytes of chance');
  const time = Buffer.alloc(6);
  time.writeUIntBE(milliseconds, 0, 6);
  return Buffer.concat([time, chance]).toString('hex');
}
