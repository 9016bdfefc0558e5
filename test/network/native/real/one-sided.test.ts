import type { FabricLedger } from '@dstore/application/adapters/fabric/fabric-ledger.js';
import { SystemClock } from '@dstore/application/adapters/system/system-clock.js';
import { Fault } from '@dstore/application/ports/fault.js';
import { rowsOf } from '@dstore/application/ports/ledger.js';
import { agreeInTime } from '@dstore/application/use-cases/agree-in-time.js';
import { PassProposal } from '@dstore/application/use-cases/pass-proposal.js';
import { RenewPolicies } from '@dstore/application/use-cases/renew-policies.js';
import { encodeBundle, type Row } from '@dstore/chaincode/domain';
import assert from 'node:assert/strict';

import { ConsortiumOfProcesses, say, until } from './consortium-of-processes.js';
import { forge } from './forged-law.js';

/** Three missed in a row end a lease: what is done here without its provider fits well into two. */
const epochSeconds = 30;
const provider = 'Org4MSP';
const agent = 'org4-d2';
/** Who is suspended and comes back, and the process of whose leases the policies are. */
const absent = 'Org3MSP';
const gateway = 'org1.gateway';
/** What fabric-protos calls ENDORSEMENT_POLICY_FAILURE. */
const policyFailed = /validation code 10$/;

describe('endorsements of some organizations on real peers', () => {
  let consortium: ConsortiumOfProcesses;
  let lease: Row<'lease'>;

  before(async () => {
    consortium = await ConsortiumOfProcesses.bringUp(epochSeconds);
    const [ledger] = views();
    // Which disks hold an object is drawn: puts go on until this one holds a shard.
    let puts = 0;
    lease = await until('a shard on the disk', async () => {
      await consortium.put(`something-${puts++}`, 3_000_000);
      const row = await leaseOn(agent);
      return row !== undefined && (await ledger.read('tip', row.leaseId)) !== undefined ? row : undefined;
    });
    await until('pay for a proof', async () => {
      const tab = await ledger.read('tab', lease.leaseId);
      return tab !== undefined && tab.earned > 0n ? tab : undefined;
    });
    // Its own process would go on proving, and leave nothing to lie about.
    await consortium.network.supervisor.stop('org4.provider');
  });
  after(() => consortium?.close());

  async function leaseOn(diskId: string): Promise<Row<'lease'> | undefined> {
    for await (const { row } of rowsOf(views()[0], 'lease')) if (row.diskId === diskId) return row;
    return undefined;
  }

  function views() {
    return consortium.views.map(({ ledger }) => ledger) as [FabricLedger, ...FabricLedger[]];
  }

  /** An epoch that audits what the lease holds, and that nobody has answered yet. */
  async function freshEpoch(): Promise<bigint> {
    const [ledger] = views();
    return until('an epoch without an answer', async () => {
      const [epoch, tab, tip] = await Promise.all([
        ledger.read('epoch'),
        ledger.read('tab', lease.leaseId),
        ledger.read('tip', lease.leaseId),
      ]);
      if (epoch === undefined || tab === undefined || tip === undefined) return undefined;
      const isFresh = tab.provenThrough < epoch.number && tip.epoch < epoch.number;
      return isFresh && epoch.phase === 'open' ? epoch.number : undefined;
    });
  }

  /** Claims an audit without a shard, endorsed by these organizations alone. */
  async function claim(endorsing: readonly string[]) {
    const ledger = await consortium.member(provider, agent, endorsing);
    try {
      const epoch = await freshEpoch();
      const bundle = encodeBundle([{ leaseId: lease.leaseId, answers: [], cures: [] }]);
      const args = { epoch, diskId: agent };
      return await ledger.submit('AuditContract:SubmitProofs', args, { transient: { bundle } });
    } finally {
      ledger.close();
    }
  }

  /** Reports a loss, which writes nothing but the tab; endorsed by these organizations alone. */
  async function report(endorsing: readonly string[], mark: string) {
    const ledger = await consortium.member(provider, agent, endorsing);
    const losses = [{ index: 0n, entry: { digest: mark.repeat(32), size: 1024 } }];
    try {
      const args = { leaseId: lease.leaseId, losses };
      // Transient data is what lets a client name its endorsers.
      return await ledger.submit('AuditContract:ReportLoss', args, {
        transient: { mark: Buffer.from(mark) },
      });
    } finally {
      ledger.close();
    }
  }

  /** Turns what the lease earned into a note: writes the tab, and a row that has no policy of its own. */
  async function collect(endorsing: readonly string[]) {
    const ledger = await consortium.member(provider, 'provider', endorsing);
    try {
      const args = { leaseIds: [lease.leaseId] };
      return await ledger.submit('TokenContract:CollectEarnings', args, {
        transient: { mark: Buffer.of(1) },
      });
    } finally {
      ledger.close();
    }
  }

  /** A vote that all who take part say yes to. */
  async function enact(kind: 'suspend' | 'reinstate', organization: string) {
    const voters = consortium.views.filter(({ msp }) => msp !== organization);
    const vote = new PassProposal(voters.map(({ ledger }) => ledger));
    await agreeInTime(new SystemClock(), () => vote.run({ kind, organization }));
  }

  async function tabs() {
    return Promise.all(views().map((ledger) => ledger.read('tab', lease.leaseId)));
  }

  it('A-45 pays nothing when only the provider itself, by a law of its own, calls a proof good', async () => {
    const [before] = await tabs();
    const { undo } = await forge(consortium, provider);
    try {
      await assert.rejects(claim([provider]), (error) => isRefused(error) && policyOf(error));
      for (const tab of await tabs()) assert.deepEqual(tab, before);
    } finally {
      await undo();
    }
  });

  it('A-45 lets the others judge when the forged law disagrees with them', async () => {
    const { undo } = await forge(consortium, provider);
    try {
      const { result } = await claim(consortium.organizations);
      assert.deepEqual(
        result.verdicts.map(({ verdict, paid }) => [verdict, paid]),
        [['refused', 0n]],
      );
    } finally {
      await undo();
    }
  });

  it('asks for both policies where a transaction writes a tab and rows without a policy of their own', async () => {
    const tabOnly = ['Org1MSP', 'Org2MSP'];
    await assert.rejects(collect(tabOnly), (error) => isRefused(error) && policyOf(error));
    say('tab and note, endorsed by 2 of the 3 others of 4: ENDORSEMENT_POLICY_FAILURE');
    const { result } = await collect([provider, ...tabOnly]);
    assert.ok(result.amount > 0n);
    say('tab and note, endorsed by 3 of 4, 2 of them others: valid');
  });

  it('takes a tab that a majority of the others endorsed, though it is none of all', async () => {
    await report(['Org1MSP', 'Org2MSP'], 'aa');
    say('a tab alone, endorsed by 2 of the 3 others of 4: valid');
  });

  it('refuses a tab that the provider endorsed with one other only', async () => {
    await assert.rejects(report([provider, 'Org1MSP'], 'bb'), (error) => isRefused(error) && policyOf(error));
    say('a tab alone, endorsed by the provider and 1 other: ENDORSEMENT_POLICY_FAILURE');
  });

  it('A-148 asks a majority of all again when RenewPolicies finds two others only taking part', async () => {
    const { supervisor } = consortium.network;
    await supervisor.signal(gateway, 'SIGSTOP');
    try {
      await enact('suspend', absent);
      const renewed = await new RenewPolicies(views()[0], ({ diskId }) => diskId === agent).run();
      assert.deepEqual(renewed, [lease.leaseId]);
    } finally {
      await supervisor.signal(gateway, 'SIGCONT');
    }
    const refused = report(['Org1MSP', 'Org2MSP'], 'cc');
    await assert.rejects(refused, (error) => isRefused(error) && policyOf(error));
    say('a tab without a policy of its own, endorsed by 2 of 4: ENDORSEMENT_POLICY_FAILURE');
    await report([provider, 'Org1MSP', 'Org2MSP'], 'cc');
    say('the same, endorsed by 3 of 4, the provider among them: valid');
  });

  it('A-148 has the gateway itself renew the policies of its leases once the third is back', async () => {
    await enact('reinstate', absent);
    await until('a majority of the others to be enough', async () => {
      const failure: unknown = await report(['Org1MSP', 'Org2MSP'], 'dd').catch((error: unknown) => error);
      if (!(failure instanceof Error)) return true;
      assert.ok(isRefused(failure) && policyOf(failure));
      return undefined;
    });
    const alone = report([provider, 'Org1MSP'], 'ee');
    await assert.rejects(alone, (error) => isRefused(error) && policyOf(error));
  });

  it('leaves all peers of one mind', () => consortium.holdInvariants());
});

function isRefused(error: unknown): error is Fault {
  assert.ok(error instanceof Fault, String(error));
  assert.equal(error.code, 'endorsement-refused', error.message);
  return true;
}

function policyOf({ message }: Fault): boolean {
  assert.match(message, policyFailed);
  return true;
}
