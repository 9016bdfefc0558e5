/** Epochs in seconds of a production network, and how far clocks may be apart there. */
const usualEpoch = 3600;

/** What hangs on the length of an epoch: the law wants it ten time windows long at least, and the rest within it. */
export interface EpochTimes {
  readonly epochLengthSeconds: number;
  readonly revealLengthSeconds: number;
  readonly revealGraceSeconds: number;
  readonly timeWindowSeconds: number;
}

/** Times for epochs of this length, from 10 s on. Throws RangeError for shorter ones. */
export function epochTimes(seconds = usualEpoch): EpochTimes {
  if (!Number.isInteger(seconds) || seconds < 10) throw new RangeError('an epoch lasts 10 s at least');
  const window = Math.min(120, Math.floor(seconds / 10));
  const phase = Math.min(600, Math.max(2 * window, Math.floor(seconds / 6)));
  return {
    epochLengthSeconds: seconds,
    revealLengthSeconds: phase,
    revealGraceSeconds: phase,
    timeWindowSeconds: window,
  };
}
