import { Refusal } from '@dstore/chaincode/domain';
import { Fault } from '@dstore/application/ports/fault.js';
import { type Ledger, type LedgerEvent, rowsOf } from '@dstore/application/ports/ledger.js';
import assert from 'node:assert/strict';

/** A network with the toy law of `ledger-contracts.ts` and organizations Org1MSP, Org2MSP and Org3MSP. */
export interface LedgerWorld {
  /** A ledger as a fresh member sees it; `endorsing` names who gets its transient data, all by default. */
  ledger(msp: string, id: string, endorsing?: readonly string[]): Promise<Ledger>;
  /** Moves the peers' clock against the clients'. */
  shiftClock(milliseconds: number): void;
  /** Everything the network keeps on disk. */
  recorded(): Promise<Buffer>;
  /** Stops the network and starts it on the same directory. Ledgers taken before are of no use after. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** What every ledger must do, whichever network is behind it. */
export function ledgerConformance(name: string, open: () => Promise<LedgerWorld>): void {
  describe(`ledger of ${name}`, () => {
    let world: LedgerWorld;
    let ledger: Ledger;

    beforeEach(async () => {
      world = await open();
      ledger = await world.ledger('Org1MSP', 'alice');
    });
    afterEach(() => world.close());

    it('reads a row back once the transaction that wrote it resolved', async () => {
      const { txId, block, result } = await ledger.submit('VaultContract:CreateVault', { vaultId: 'books' });
      assert.match(txId, /^[0-9a-f]{64}$/);
      assert.ok(block > 0n);
      assert.deepEqual(result, {});
      const row = await ledger.read('vault', 'books');
      assert.deepEqual(row?.owner, { msp: 'Org1MSP', id: 'alice' });
      assert.equal(await ledger.read('vault', 'none'), undefined);
    });

    it('lists rows page by page in key order', async () => {
      for (const vaultId of ['c', 'a', 'd', 'b'])
        await ledger.submit('VaultContract:CreateVault', { vaultId });
      const first = await ledger.list('vault', [], { limit: 3 });
      assert.deepEqual(
        first.items.map(({ parts }) => parts),
        [['a'], ['b'], ['c']],
      );
      assert.ok(first.next !== undefined);
      const second = await ledger.list('vault', [], { limit: 3, after: first.next });
      assert.deepEqual(
        second.items.map(({ parts }) => parts),
        [['d']],
      );
      assert.equal(second.next, undefined);
      let count = 0;
      for await (const { parts } of rowsOf(ledger, 'vault')) count += parts.length;
      assert.equal(count, 4);
    });

    it('hands a refusal back with its code and changes nothing', async () => {
      await ledger.submit('VaultContract:CreateVault', { vaultId: 'books' });
      const bob = await world.ledger('Org2MSP', 'bob');
      await assert.rejects(bob.submit('VaultContract:CreateVault', { vaultId: 'books' }), (error) => {
        assert.ok(error instanceof Refusal);
        assert.equal(error.code, 'vault-exists');
        assert.equal(error.message, 'vault books exists');
        return true;
      });
      assert.deepEqual((await bob.read('vault', 'books'))?.owner, { msp: 'Org1MSP', id: 'alice' });
    });

    it('shows no transaction its own writes', async () => {
      // The toy law refuses when it reads back what it has just written.
      await ledger.submit('DiskContract:FundPool', { diskId: 'd1', amount: 5n, notes: [] });
      await ledger.submit('DiskContract:FundPool', { diskId: 'd1', amount: 6n, notes: [] });
      assert.equal((await ledger.read('pool', 'd1'))?.collateral, 11n);
    });

    it('applies all of several concurrent changes of one row', async () => {
      const amounts = [1n, 20n, 300n];
      await Promise.all(
        amounts.map((amount) => ledger.submit('DiskContract:FundPool', { diskId: 'd1', amount, notes: [] })),
      );
      assert.equal((await ledger.read('pool', 'd1'))?.collateral, 321n);
    });

    it('lets no row slip into a range that another transaction read', async () => {
      const counts = await Promise.all(
        Array.from({ length: 3 }, () => ledger.submit('TokenContract:CollectEarnings', { leaseIds: [] })),
      );
      assert.deepEqual(counts.map(({ result }) => result.amount).sort(), [0n, 1n, 2n]);
    });

    it('gives transient data to endorsers and keeps it nowhere', async () => {
      const bundle = Buffer.from('a bundle that nobody keeps, 4f1d77');
      const { result } = await ledger.submit(
        'AuditContract:SubmitProofs',
        { epoch: 1n, diskId: 'd1' },
        { transient: { bundle } },
      );
      assert.match(result.batchId, /^[0-9a-f]{32}$/);
      const kept = await world.recorded();
      assert.ok(kept.includes(result.batchId), 'what was derived from it is kept');
      assert.ok(!kept.includes(bundle));
    });

    it('holds a key to its own endorsement policy', async () => {
      const transient = { bundle: Buffer.from('x') };
      await ledger.submit('AuditContract:SubmitProofs', { epoch: 1n, diskId: 'd1' }, { transient });
      const before = await ledger.read('reveal', 'd1');
      // A majority, and yet not the two organizations that the key's policy names.
      const partial = await world.ledger('Org1MSP', 'carol', ['Org1MSP', 'Org3MSP']);
      await assert.rejects(
        partial.submit('AuditContract:SubmitProofs', { epoch: 2n, diskId: 'd1' }, { transient }),
        isFault('endorsement-refused'),
      );
      assert.deepEqual(await ledger.read('reveal', 'd1'), before);
      const named = await world.ledger('Org1MSP', 'dave', ['Org1MSP', 'Org2MSP']);
      await named.submit('AuditContract:SubmitProofs', { epoch: 3n, diskId: 'd1' }, { transient });
    });

    it('refuses what less than a majority endorsed', async () => {
      const alone = await world.ledger('Org1MSP', 'carol', ['Org1MSP']);
      await assert.rejects(
        alone.submit(
          'AuditContract:SubmitProofs',
          { epoch: 1n, diskId: 'd9' },
          { transient: { bundle: Buffer.of(1) } },
        ),
        isFault('endorsement-refused'),
      );
      assert.equal(await ledger.read('reveal', 'd9'), undefined);
    });

    it('fails for good on a function that the chaincode does not have', async () => {
      await assert.rejects(
        ledger.submit('TokenContract:Burn', { notes: [], amount: 1n }),
        isFault('endorsement-refused'),
      );
    });

    it('refuses timestamps outside the time window, early and late', async () => {
      for (const shift of [-60_000, 60_000]) {
        world.shiftClock(shift);
        await assert.rejects(
          ledger.submit('VaultContract:CreateVault', { vaultId: 'books' }),
          isFault('endorsement-refused'),
        );
      }
      world.shiftClock(0);
      await ledger.submit('VaultContract:CreateVault', { vaultId: 'books' });
    });

    it('announces valid transactions only, in order, and again from a checkpoint', async () => {
      const stop = new AbortController();
      const start = { from: { block: 0n }, signal: stop.signal };
      await ledger.submit('VaultContract:CreateVault', { vaultId: 'first' });
      await assert.rejects(ledger.submit('VaultContract:CreateVault', { vaultId: 'first' }));
      await Promise.all(
        [1n, 2n, 3n].map((amount) =>
          ledger.submit('DiskContract:FundPool', { diskId: 'd1', amount, notes: [] }),
        ),
      );
      await ledger.submit('VaultContract:CreateVault', { vaultId: 'last' });
      const seen = await take(ledger.events(start), 5);
      assert.deepEqual(
        seen.map(({ name }) => name),
        ['VaultCreated', 'PoolChanged', 'PoolChanged', 'PoolChanged', 'VaultCreated'],
      );
      const middle = seen[2] as LedgerEvent;
      const rest = await take(ledger.events({ from: middle.checkpoint, signal: stop.signal }), 2);
      assert.deepEqual(rest, seen.slice(3));
      stop.abort();
    });

    it('ends its events when the signal aborts', async () => {
      const stop = new AbortController();
      const events = take(ledger.events({ signal: stop.signal }), Infinity);
      setImmediate(() => stop.abort());
      assert.deepEqual(await events, []);
    });

    it('has everything after a restart, and goes on', async () => {
      await ledger.submit('VaultContract:CreateVault', { vaultId: 'before' });
      await world.restart();
      const again = await world.ledger('Org3MSP', 'erin');
      assert.deepEqual((await again.read('vault', 'before'))?.owner, { msp: 'Org1MSP', id: 'alice' });
      await again.submit('VaultContract:CreateVault', { vaultId: 'after' });
    });
  });
}

/** Says whether an error is the fault of a code. */
export function isFault(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Fault, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  };
}

async function take(events: AsyncIterable<LedgerEvent>, count: number): Promise<LedgerEvent[]> {
  const taken: LedgerEvent[] = [];
  if (count === 0) return taken;
  for await (const event of events) if (taken.push(event) === count) break;
  return taken;
}
