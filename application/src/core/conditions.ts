/** When a change of an object may happen, by the version that is current (RFC 9110 section 13.1). */
export interface Conditions {
  /** Entity tags (version ids) of which one must be current, or `*` for any. */
  readonly ifMatch?: readonly string[] | '*';
  /** Entity tags of which none may be current, or `*`: nothing may be there. */
  readonly ifNoneMatch?: readonly string[] | '*';
}

/** Whether the conditions hold; `current` is the id of the current version, undefined where there is none. */
export function conditionsHold({ ifMatch, ifNoneMatch }: Conditions, current: string | undefined): boolean {
  const matches = (tags: readonly string[] | '*') =>
    current !== undefined && (tags === '*' || tags.includes(current));
  if (ifMatch !== undefined && !matches(ifMatch)) return false;
  return ifNoneMatch === undefined || !matches(ifNoneMatch);
}
