import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { parseBundle, sha256 } from '@dstore/chaincode/domain';
import { rowsOf } from '@dstore/application/ports/ledger.js';
import { type AuditName, ReadAudit } from '@dstore/application/use-cases/read-audit.js';
import { ObjectsOfTests, startGateway, tokenOf, useCasesOfTests } from '../http/gateway-of-tests.js';
import { ConsortiumOfTests } from '../consortium-of-tests.js';

describe('ReadAudit', () => {
  let consortium: ConsortiumOfTests;
  let readAudit: ReadAudit;
  let name: AuditName;

  before(async () => {
    consortium = await ConsortiumOfTests.open();
    const owner = await consortium.openOwner();
    await owner.makeBucket();
    await owner.put('object', randomBytes(1_500_000));
    await consortium.nextEpoch();
    await consortium.nextEpoch();
    const { ledger } = owner;
    readAudit = new ReadAudit(ledger, consortium.doorsFor(ledger.caller));
    const epoch = await consortium.epoch();
    for await (const { parts, row } of rowsOf(ledger, 'audit', [String(epoch)]))
      name = { epoch, diskId: row.diskId, batchId: parts[2] ?? '' };
  });
  after(() => consortium?.close());

  it('shows what the ledger has, and the very proofs behind it', async () => {
    const audit = await readAudit.run(name);
    const bundle = await readAudit.bundle(name);
    assert.equal(sha256(bundle).toString('hex'), audit.digest);
    assert.deepEqual(
      parseBundle(bundle).map(({ leaseId }) => leaseId),
      audit.verdicts.map(({ leaseId }) => leaseId),
    );
  });

  it('A-105 judges them again, and says gone where the provider holds them back', async () => {
    const [verdict] = await readAudit.replay(name);
    assert.deepEqual([verdict?.verdict, verdict?.outcome], ['proven', 'agrees']);
    const provider = consortium.provider(name.diskId);
    provider.mood = 'silent';
    try {
      assert.equal((await readAudit.replay(name))[0]?.outcome, 'gone');
      await assert.rejects(readAudit.bundle(name), { code: 'bundle-expired' });
    } finally {
      provider.mood = 'well';
    }
  });

  it('knows no other audit', async () => {
    const others = [{ epoch: name.epoch + 1n }, { diskId: 'd99' }, { batchId: 'ff'.repeat(16) }];
    for (const other of others.map((change) => ({ ...name, ...change })))
      for (const asked of [readAudit.run(other), readAudit.bundle(other), readAudit.replay(other)])
        await assert.rejects(asked, { code: 'audit-unknown' });
  });

  it('does all of it over REST', async () => {
    const { gateway, url } = await startGateway(useCasesOfTests(new ObjectsOfTests(), { readAudit }));
    const ask = (path: string, method = 'GET', batch = name.batchId) =>
      fetch(`${url}/v1/audits/${name.epoch}/${name.diskId}/${batch}${path}`, {
        method,
        headers: { authorization: `Bearer ${tokenOf('auditor')}` },
      });
    try {
      const audit = (await (await ask('')).json()) as { batchId: string; verdicts: { paid: string }[] };
      assert.equal(audit.batchId, name.batchId);
      assert.deepEqual(
        audit.verdicts.map(({ paid }) => paid),
        ['100'],
      );
      const bundle = await ask('/bundle');
      assert.equal(bundle.headers.get('content-type'), 'application/octet-stream');
      assert.deepEqual(Buffer.from(await bundle.arrayBuffer()), Buffer.from(await readAudit.bundle(name)));
      const replay = (await (await ask('/replay', 'POST')).json()) as { equal: boolean };
      assert.equal(replay.equal, true);
      assert.equal((await ask('', 'GET', 'ff'.repeat(16))).status, 404);
      assert.equal((await ask('', 'GET', 'x')).status, 400);
    } finally {
      await gateway.close();
    }
  });
});
