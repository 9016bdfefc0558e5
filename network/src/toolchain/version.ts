/** Three numbers of a version; what comes after them does not count. */
export type Version = readonly [number, number, number];

/** The first version in a text, such as a program's answer or `go1.26`; undefined when there is none. */
export function findVersion(text: string): Version | undefined {
  const found = /(?:^|[^\d.])(\d+)\.(\d+)(?:\.(\d+))?/m.exec(text);
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

/** Negative when `a` is older than `b`, 0 when they are equal. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Whether a version lies from `lowest` up to, and not including, `below`. */
export function isWithin(version: Version, lowest: string, below: string): boolean {
  const [from, to] = [findVersion(lowest), findVersion(below)];
  if (from === undefined || to === undefined) throw new TypeError(`${lowest} or ${below} is no version`);
  return compareVersions(version, from) >= 0 && compareVersions(version, to) < 0;
}

/** `1.2.3`. */
export function formatVersion(version: Version): string {
  return version.join('.');
}
