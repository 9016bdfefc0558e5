/** What a bucket holds, hidden versions too. */
export interface BucketUsage {
  /** Names under which an object is seen. */
  readonly objects: number;
  /** Bytes of all versions. */
  readonly bytes: number;
}

/**
 * Bytes by which a bucket that holds so many may grow: never less than none, so that what shrinks it or leaves it as it is
 * may always be done.
 */
export function quotaRoom(
  { quotaBytes = Infinity }: { readonly quotaBytes?: number },
  heldBytes: number,
): number {
  return Math.max(0, quotaBytes - heldBytes);
}
