import { insist } from './refusal.js';
import type { Params, ParamsChange, Pinned } from './rows.js';

/** The parameters of protocol section 16. */
export const defaultParams: Params = {
  epochLengthSeconds: 3600n,
  revealLengthSeconds: 600n,
  revealGraceSeconds: 600n,
  challenges: 30,
  missLimit: 3,
  missesInWindow: 6,
  missWindow: 24,
  cureEpochs: 12n,
  graceEpochs: 24n,
  noticeEpochs: 1n,
  receiptEpochs: 2n,
  receiptsOpen: 8,
  uncommittedTtlSeconds: 3600n,
  bundleEpochs: 168n,
  withholdLimit: 3,
  timeWindowSeconds: 120n,
};

const epochBounds = ['cureEpochs', 'graceEpochs', 'noticeEpochs'] as const;

/** Refuses parameters that break their bounds or the relations between them, as `param-out-of-range`. */
export function checkParams(params: Params): Params {
  const within = (name: keyof Params, good: boolean, rule: string) =>
    insist(good, 'param-out-of-range', `${name} must be ${rule}`);
  const window = params.timeWindowSeconds;
  within('timeWindowSeconds', window >= 1n && window <= 3600n, '1 to 3600 s');
  within('epochLengthSeconds', params.epochLengthSeconds >= 10n * window, 'at least ten time windows');
  within('revealLengthSeconds', params.revealLengthSeconds >= 2n * window, 'at least two time windows');
  within('revealGraceSeconds', params.revealGraceSeconds >= 2n * window, 'at least two time windows');
  within(
    'revealLengthSeconds',
    params.revealLengthSeconds < params.epochLengthSeconds,
    'shorter than an epoch',
  );
  within('missesInWindow', params.missesInWindow <= params.missWindow, 'at most missWindow');
  for (const name of epochBounds) within(name, params[name] >= 1n && params[name] <= 720n, '1 to 720');
  within('receiptEpochs', params.receiptEpochs >= 1n && params.receiptEpochs <= 10n, '1 to 10');
  within('uncommittedTtlSeconds', params.uncommittedTtlSeconds >= 600n, 'at least 600 s');
  within('bundleEpochs', params.bundleEpochs >= 1n && params.bundleEpochs <= 10_000n, '1 to 10000');
  return params;
}

/** Parameters with a change applied, checked. */
export function changedParams(params: Params, change: ParamsChange): Params {
  return checkParams({ ...params, ...change });
}

/** What a lease opened under these parameters keeps of them. */
export function pinnedOf(version: number, params: Params): Pinned {
  const { challenges, missLimit, missesInWindow, missWindow, cureEpochs, graceEpochs, noticeEpochs } = params;
  return {
    version,
    challenges,
    missLimit,
    missesInWindow,
    missWindow,
    cureEpochs,
    graceEpochs,
    noticeEpochs,
  };
}
