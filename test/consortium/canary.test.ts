import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { rows, type RowKind } from '@dstore/chaincode/domain';
import type { LedgerEvent } from '@dstore/application/ports/ledger.js';
import { rowsOf } from '@dstore/application/ports/ledger.js';

import { ConsortiumOfTests, type OwnerOfTests } from '../application/consortium-of-tests.js';
import { filesWith, holds } from '../demo/canary.js';

/** In plaintext, in names of bucket and objects, and in metadata; nowhere else. */
const marker = 'kanarienvogel';
const bucket = `${marker}-bucket`;
const key = (name: string) => `${marker}/${name}`;

describe('the search for a canary', () => {
  it('finds it as text, hexadecimal and base64, wherever it stands', () => {
    for (let before = 0; before < 7; before += 1)
      for (let after = 0; after < 4; after += 1) {
        const bytes = Buffer.concat([randomBytes(before), Buffer.from(marker), randomBytes(after)]);
        for (const form of [
          bytes,
          bytes.toString('hex'),
          bytes.toString('base64'),
          bytes.toString('base64url'),
        ])
          assert.ok(holds(Buffer.from(form), marker), `${before} before, ${after} after`);
      }
    assert.ok(!holds(Buffer.from(marker.slice(1)), marker));
  });

  it('finds it across the pieces in which a file is read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'canary-'));
    try {
      for (const at of [0, (1 << 20) - marker.length, (1 << 20) - 3, 1 << 20]) {
        const bytes = Buffer.alloc((1 << 20) + 100);
        bytes.write(marker, at);
        await writeFile(join(folder, 'file'), bytes);
        assert.deepEqual(
          await filesWith(folder, [marker]),
          [`${join(folder, 'file')}: ${marker}`],
          String(at),
        );
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('I8 of what an owner puts, plaintext and names', () => {
  let consortium: ConsortiumOfTests;
  let owner: OwnerOfTests;

  before(async function () {
    this.timeout(120_000);
    consortium = await ConsortiumOfTests.open({ organizations: 5 });
    owner = await consortium.openOwner();
    await owner.open.useCases.changeBucket.make(bucket, {});
    await live();
  });
  after(() => consortium?.close());

  /** Everything that leaves traces: puts, replaced and deleted ones, failing ones, a loss, proofs, repair, compaction. */
  const live = async () => {
    const { putObject, deleteObject, getObject } = owner.open.useCases;
    const put = (name: string, bytes: Uint8Array) =>
      putObject.run({
        bucket,
        key: key(name),
        body: Readable.from([bytes]),
        headers: { 'content-type': `text/${marker}` },
        metadata: { note: marker },
      });
    const text = Buffer.from(`${marker} `.repeat(200_000));
    for (const name of ['large', 'gone', 'replaced', 'replaced']) await put(name, text);
    await Promise.all(Array.from({ length: 20 }, (_, at) => put(`small/${at}`, text.subarray(0, 900 + at))));
    await deleteObject.run({ bucket, key: key('gone') });
    await assert.rejects(putObject.run({ bucket, key: key('cut'), body: cut() }), /gone/);
    assert.throws(() => getObject.run({ bucket, key: key('none') }), { code: 'object-unknown' });
    await consortium.nextEpoch();
    const [first] = owner.open.useCases.locateShards.run({ bucket, key: key('large') });
    const lost = consortium.provider(first?.shards[0]?.diskId ?? '');
    await lost.disk.remove(first?.shards[0]?.digest ?? '');
    assert.equal(await lost.scrubDisk.run(), 1);
    await owner.open.repairStripes.run();
    await owner.open.compactStripes.run();
    await consortium.nextEpoch();
    assert.equal((await owner.open.useCases.readHealth.run()).versionsLost, 0);
  };

  async function* cut(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(marker.repeat(100_000));
    throw new Error('gone');
  }

  it('shows nothing on any disk', async () => {
    let blocks = 0;
    for (const { disk, diskId } of consortium.providers)
      for (const digest of await disk.digests()) {
        blocks += 1;
        assert.ok(!holds((await disk.get(digest)) ?? Buffer.alloc(0), marker), `${diskId}: ${digest}`);
      }
    assert.ok(blocks > 20);
  });

  it('shows nothing in the block log, its snapshots, or any other file of the network', async () => {
    assert.deepEqual(await filesWith(join(consortium.folder, 'network'), [marker]), []);
    assert.ok(consortium.network.height > 10);
  });

  it('shows nothing in any value of the ledger, and its vault is there', async () => {
    const seen = new Set<string>();
    for (const kind of Object.keys(rows) as RowKind[])
      for await (const { parts, row } of rowsOf(consortium.ledger, kind)) {
        seen.add(kind);
        const text = JSON.stringify([parts, row], (_, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        );
        assert.ok(!holds(Buffer.from(text), marker), text);
        if (kind === 'vault')
          assert.ok(!holds(Buffer.from((row as { head: string }).head, 'base64'), marker), 'head');
      }
    for (const kind of ['vault', 'lease', 'tab', 'content', 'audit', 'note']) assert.ok(seen.has(kind), kind);
  });

  it('shows nothing in any event', async () => {
    const stop = new AbortController();
    const seen: LedgerEvent[] = [];
    const last = await consortium.ledger.submit('MemberContract:Enlist', {});
    for await (const event of consortium.ledger.events({ from: { block: 0n }, signal: stop.signal })) {
      seen.push(event);
      if (event.txId === last.txId) stop.abort();
    }
    const text = JSON.stringify(seen, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    assert.ok(!holds(Buffer.from(text), marker));
    for (const name of ['FlushCommitted', 'AuditJudged', 'LossReported', 'LeasesOpened'])
      assert.ok(
        seen.some((event) => event.name === name),
        name,
      );
  });

  it('shows nothing in any line of a log, whatever its level', () => {
    const lines = [owner.log, ...consortium.providers.map(({ log }) => log)].flatMap((log) => log.lines);
    for (const { level, message, facts } of lines) {
      const errors = Object.values(facts).map((fact) => (fact instanceof Error ? String(fact.stack) : ''));
      const text = [level, message, ...errors, JSON.stringify(facts, shown)].join(' ');
      assert.ok(!holds(Buffer.from(text), marker), text);
    }
  });

  const shown = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

  it("finds it in the owner's own catalog, so that the search works", async () => {
    assert.notDeepEqual(await filesWith(owner.folder, [marker]), []);
  });
});
