import assert from 'node:assert/strict';
import {
  changedParams,
  checkParams,
  defaultParams,
  type Params,
  paramsShape,
  pinnedOf,
} from '@dstore/chaincode/domain';
import { refused } from '../refused.js';

const good = (change: Partial<Params>) => assert.ok(checkParams({ ...defaultParams, ...change }));
const bad = (change: Partial<Params>) =>
  refused(
    'param-out-of-range',
    () => checkParams({ ...defaultParams, ...change }),
    JSON.stringify(Object.keys(change)),
  );
/** Parameters as they travel. */
const travelling = (change: Record<string, unknown>) =>
  paramsShape(
    {
      ...Object.fromEntries(
        Object.entries(defaultParams).map(([name, value]) => [
          name,
          typeof value === 'bigint' ? value.toString() : value,
        ]),
      ),
      ...change,
    },
    '',
  );

describe('domain/params', () => {
  it('has defaults within their own bounds', () => {
    assert.equal(checkParams(defaultParams), defaultParams);
    assert.deepEqual(travelling({}), defaultParams);
  });

  it('holds each number of epochs and seconds to both ends of its bounds', () => {
    const bounds: [keyof Params, bigint, bigint?][] = [
      ['timeWindowSeconds', 1n],
      ['cureEpochs', 1n, 720n],
      ['graceEpochs', 1n, 720n],
      ['noticeEpochs', 1n, 720n],
      ['receiptEpochs', 1n, 10n],
      ['uncommittedTtlSeconds', 600n],
      ['bundleEpochs', 1n, 10_000n],
    ];
    for (const [name, low, high] of bounds) {
      good({ [name]: low });
      bad({ [name]: low - 1n });
      if (high === undefined) continue;
      good({ [name]: high });
      bad({ [name]: high + 1n });
    }
  });

  it('holds each count to both ends of its bounds where it is read', () => {
    const bounds = {
      challenges: [1, 200],
      missLimit: [1, 10],
      missWindow: [1, 24],
      missesInWindow: [1, 24],
      receiptsOpen: [1, 64],
      withholdLimit: [1, 100],
    } as const;
    for (const [name, [low, high]] of Object.entries(bounds)) {
      for (const value of [low, high]) assert.ok(travelling({ [name]: value }));
      for (const value of [low - 1, high + 1, 1.5, String(low), null])
        refused('arguments-malformed', () => travelling({ [name]: value }), name);
    }
  });

  it('A-23 relates an epoch and its phases to the time window of the peers', () => {
    good({ timeWindowSeconds: 300n });
    bad({ timeWindowSeconds: 301n });
    const short = { timeWindowSeconds: 10n, revealLengthSeconds: 20n, revealGraceSeconds: 20n };
    good({ ...short, epochLengthSeconds: 100n });
    bad({ ...short, epochLengthSeconds: 99n });
    bad({ ...short, revealLengthSeconds: 19n });
    bad({ ...short, revealGraceSeconds: 19n });
    const hour = { epochLengthSeconds: 36_000n, revealLengthSeconds: 7200n, revealGraceSeconds: 7200n };
    good({ ...hour, timeWindowSeconds: 3600n });
    bad({ ...hour, epochLengthSeconds: 36_010n, revealLengthSeconds: 7202n, timeWindowSeconds: 3601n });
  });

  it('keeps the revealing phase shorter than its epoch, and the misses within their window', () => {
    good({ revealLengthSeconds: 3599n });
    bad({ revealLengthSeconds: 3600n });
    good({ missesInWindow: 24 });
    bad({ missesInWindow: 6, missWindow: 5 });
    good({ missesInWindow: 5, missWindow: 5 });
  });

  it('checks a change together with what it leaves alone', () => {
    assert.deepEqual(changedParams(defaultParams, { challenges: 9 }), { ...defaultParams, challenges: 9 });
    assert.deepEqual(changedParams(defaultParams, {}), defaultParams);
    refused('param-out-of-range', () => changedParams(defaultParams, { epochLengthSeconds: 600n }));
    refused('param-out-of-range', () => changedParams(defaultParams, { missWindow: 5 }));
  });

  it('A-37 pins to a lease what its audits, its end and its default hang on', () => {
    assert.deepEqual(pinnedOf(4, defaultParams), {
      version: 4,
      challenges: 30,
      missLimit: 3,
      missesInWindow: 6,
      missWindow: 24,
      cureEpochs: 12n,
      graceEpochs: 24n,
      noticeEpochs: 1n,
    });
  });
});
