import assert from 'node:assert/strict';

import { BeaconChain } from '@dstore/application/core/beacon-chain.js';
import { KeepAnchor } from '@dstore/application/use-cases/keep-anchor.js';
import type { Args } from '@dstore/chaincode/domain';

import { LedgerRows } from '../rows-ledger.js';

class KeptSecrets {
  readonly kept = new Map<string, Buffer>();

  async get(anchor: string): Promise<Buffer | undefined> {
    return this.kept.get(anchor);
  }

  async put(anchor: string, secret: Uint8Array): Promise<void> {
    this.kept.set(anchor, Buffer.from(secret));
  }
}

function organization() {
  const secrets = new KeptSecrets();
  const anchors: Args<'BeaconContract:Anchor'>[] = [];
  const rows = new LedgerRows({
    'BeaconContract:Anchor': (args, { msp }) => {
      assert.ok(secrets.kept.has(args.anchor), 'the secret is kept before the anchor is known');
      anchors.push(args);
      const row = rows.get('beacon', msp);
      rows.set(
        'beacon',
        [msp],
        row === undefined ? { v: 1, ...args, last: args.anchor, lastEpoch: 0n } : { ...row, next: args },
      );
      return {};
    },
  });
  let drawn = 0;
  const random = { bytes: (count: number) => Buffer.alloc(count, (drawn += 1)) };
  return { secrets, anchors, rows, useCase: new KeepAnchor(rows.as('Org1', 'admin'), secrets, random) };
}

const inEpoch = (number: bigint) => ({ v: 1, number, phase: 'open', openedAt: 0n }) as const;

describe('keep-anchor', () => {
  it('registers a first anchor for epoch 1 while there is no epoch, and nothing more', async () => {
    const { secrets, anchors, useCase } = organization();
    assert.equal(await useCase.run(), 'missing');
    assert.equal(await useCase.run(), undefined);
    assert.equal(anchors.length, 1);
    const [{ anchor, from, length }] = anchors as [Args<'BeaconContract:Anchor'>];
    assert.equal(from, 1n);
    assert.ok(length >= 100_000n);
    assert.equal(new BeaconChain(secrets.kept.get(anchor) as Buffer, Number(length)).anchor, anchor);
  });

  it('A-111 anchors ahead when a tenth is left, once', async () => {
    const { anchors, rows, useCase } = organization();
    await useCase.run();
    rows.set('epoch', [], inEpoch(90_000n));
    assert.equal(await useCase.run(), undefined);
    rows.set('epoch', [], inEpoch(90_001n));
    assert.equal(await useCase.run(), 'running-out');
    assert.equal(await useCase.run(), undefined);
    assert.equal(anchors[1]?.from, 90_004n);
  });

  it('A-111 anchors anew when the secret is lost', async () => {
    const { secrets, anchors, rows, useCase } = organization();
    await useCase.run();
    rows.set('epoch', [], inEpoch(7n));
    secrets.kept.clear();
    assert.equal(await useCase.run(), 'secret-lost');
    assert.equal(await useCase.run(), undefined);
    assert.equal(anchors[1]?.from, 10n);
  });
});
