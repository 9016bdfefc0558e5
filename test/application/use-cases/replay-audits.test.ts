import { ReplayAudits, type ReplayedVerdict } from '@dstore/application/use-cases/replay-audits.js';
import { encodeBundle, parseBundle, sha256 } from '@dstore/chaincode/domain';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { ConsortiumOfTests, type OwnerOfTests } from '../consortium-of-tests.js';

describe('ReplayAudits', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;
  let epoch = 0n;

  before(async () => {
    consortium = await ConsortiumOfTests.open({ params: { challenges: 6, bundleEpochs: 3n } });
    owner = await consortium.openOwner();
    await owner.makeBucket();
    await owner.put('object', randomBytes(2_500_000));
    await consortium.nextEpoch();
    await owner.put('other', randomBytes(1_000_000));
    await consortium.nextEpoch();
    epoch = await consortium.epoch();
  });
  after(() => consortium?.close());

  const replayed = async (of = epoch): Promise<ReplayedVerdict[]> => {
    const auditor = await consortium.member('Org2', 'auditor', 'auditor');
    if ((await auditor.ledger.read('member', 'Org2', 'auditor')) === undefined)
      await auditor.ledger.submit('MemberContract:Enlist', {});
    return new ReplayAudits(auditor.ledger, consortium.doorsFor(auditor.ledger.caller)).run(of);
  };
  const outcomes = async (of = epoch) =>
    Object.fromEntries((await replayed(of)).map(({ diskId, outcome }) => [diskId, outcome]));
  const everyDisk = (outcome: string) =>
    Object.fromEntries(consortium.providers.map(({ diskId }) => [diskId, outcome]));

  it('A-105 agrees with every verdict that the law gave, also when the content that was audited is replaced', async () => {
    assert.deepEqual(await outcomes(), everyDisk('agrees'));
    await owner.put('third', randomBytes(1_000_000));
    await consortium.nextEpoch();
    await consortium.nextEpoch();
    assert.deepEqual(await outcomes(), everyDisk('agrees'));
    assert.ok((await replayed()).every(({ verdict }) => verdict === 'proven'));
  });

  it('A-105 says gone, never good, where a provider holds the bundle back or hands out another one', async () => {
    const [one, two, three] = consortium.providers;
    assert.ok(one && two && three);
    one.mood = 'silent';
    two.behaves = (honest) => ({ ...honest, getBundle: async () => Buffer.from('DSP1') });
    three.behaves = (honest) => ({
      ...honest,
      getBundle: async (digest) => {
        const bytes = Buffer.from(await honest.getBundle(digest));
        bytes[40] = (bytes[40] as number) ^ 1;
        return bytes;
      },
    });
    assert.deepEqual(await outcomes(), { d1: 'gone', d2: 'gone', d3: 'gone', d4: 'agrees' });
    one.mood = 'well';
    for (const provider of [two, three]) provider.behaves = (honest) => honest;
    assert.deepEqual(await outcomes(), everyDisk('agrees'));
  });

  it('agrees that a bad proof was refused, for the reason that is given', async () => {
    await consortium.turnEpoch();
    const one = consortium.provider('d1');
    let bad: Uint8Array | undefined;
    one.ledger.tap = async ({ options }) => {
      const [proof] = parseBundle(options?.transient?.['bundle'] as Uint8Array);
      assert.ok(proof);
      const [answer, ...answers] = proof.answers;
      assert.ok(answer);
      const chunk = Buffer.from(answer.proof.chunk);
      chunk[0] = (chunk[0] as number) ^ 1;
      const wrong = { ...answer, proof: { ...answer.proof, chunk } };
      bad = encodeBundle([{ ...proof, answers: [wrong, ...answers] }]);
      throw new Error('held back');
    };
    await one.answerChallenges.run().catch(() => undefined);
    one.ledger.tap = undefined;
    assert.ok(bad);
    const now = await consortium.epoch();
    await one.bundles.keep(now, sha256(bad).toString('hex'), bad);
    const transient = { bundle: bad };
    await one.ledger.submit('AuditContract:SubmitProofs', { epoch: now, diskId: 'd1' }, { transient });
    assert.deepEqual(
      (await replayed(now)).map(({ diskId, verdict, outcome }) => [diskId, verdict, outcome]),
      [['d1', 'refused', 'agrees']],
    );
  });

  it('A-46 differs where a majority wrote what the proof does not say', async () => {
    const auditor = await consortium.member('Org2', 'auditor', 'auditor');
    const now = await consortium.epoch();
    const row = (await auditor.ledger.list('audit', [now.toString()], {})).items[0]?.row;
    assert.ok(row);
    const forged = { ...row, verdicts: row.verdicts.map((one) => ({ ...one, verdict: 'proven' as const })) };
    const ledger = Object.create(auditor.ledger) as typeof auditor.ledger;
    const channel = auditor.ledger.channel;
    Object.defineProperty(ledger, 'channel', { value: channel });
    ledger.read = auditor.ledger.read.bind(auditor.ledger);
    ledger.list = (async () => ({
      items: [{ parts: [now.toString(), 'd1', 'b'], row: forged }],
    })) as unknown as typeof ledger.list;
    const doors = consortium.doorsFor(auditor.ledger.caller);
    const [found] = await new ReplayAudits(ledger, doors).run(now);
    assert.equal(found?.outcome, 'differs');
  });

  it('A-105 keeps bundles for bundleEpochs, and lets them go then', async () => {
    for (let turned = 0; turned < 4; turned += 1) await consortium.nextEpoch();
    for (const provider of consortium.providers) await provider.sweepDisk.run();
    assert.deepEqual(await outcomes(), everyDisk('gone'));
    assert.deepEqual(await outcomes(await consortium.epoch()), everyDisk('agrees'));
  });
});
