import { checkParams, defaultParams, type Params } from '@dstore/chaincode/domain';
import { epochTimes } from '@dstore/network/native';
import assert from 'node:assert/strict';

describe('epochTimes', () => {
  it('gives times that the law allows, for every length of an epoch up to a day', () => {
    for (let seconds = 10; seconds <= 86_400; seconds += seconds < 700 ? 1 : 977) {
      const times = Object.entries(epochTimes(seconds)).map(([name, value]): [string, bigint] => [
        name,
        BigInt(String(value)),
      ]);
      checkParams({ ...defaultParams, ...(Object.fromEntries(times) as Partial<Params>) });
    }
  });

  it('gives the times of a production network by default', () => {
    const { epochLengthSeconds, revealLengthSeconds, revealGraceSeconds, timeWindowSeconds } = epochTimes();
    assert.deepEqual(
      [epochLengthSeconds, revealLengthSeconds, revealGraceSeconds, timeWindowSeconds].map(BigInt),
      [
        defaultParams.epochLengthSeconds,
        defaultParams.revealLengthSeconds,
        defaultParams.revealGraceSeconds,
        defaultParams.timeWindowSeconds,
      ],
    );
  });

  for (const seconds of [9, 0, -10, 10.5, Number.NaN])
    it(`refuses epochs of ${seconds} s`, () => {
      assert.throws(() => epochTimes(seconds), RangeError);
    });
});
