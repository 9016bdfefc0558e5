import { FabricLedger } from '@dstore/application/adapters/fabric/fabric-ledger.js';
import { FileBeaconSecrets } from '@dstore/application/adapters/file/file-beacon-secrets.js';
import { SystemRandom } from '@dstore/application/adapters/system/system-random.js';
import type { BeaconSecrets } from '@dstore/application/ports/beacon-secrets.js';
import { FoundConsortium } from '@dstore/application/use-cases/found-consortium.js';
import { KeepAnchor } from '@dstore/application/use-cases/keep-anchor.js';
import { contracts } from '@dstore/chaincode';
import type { Params } from '@dstore/chaincode/domain';
import { EmbeddedNetwork } from '@dstore/network/embedded';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { demoParams } from './rows.js';

/** The shortest epochs that the law allows: 10 s, 2 s of them revealing, 2 s of grace. */
export const quickParams: Params = {
  ...demoParams,
  epochLengthSeconds: 10n,
  revealLengthSeconds: 2n,
  revealGraceSeconds: 2n,
  timeWindowSeconds: 1n,
  missLimit: 1,
};

interface Seat {
  readonly msp: string;
  readonly admin: FabricLedger;
  readonly provider: FabricLedger;
  readonly secrets: BeaconSecrets;
}

/** Organizations on the real law over an embedded network: an admin and a provider each, an owner at the first. */
export class SmallConsortium {
  private constructor(
    readonly folder: string,
    readonly network: EmbeddedNetwork,
    readonly seats: readonly Seat[],
    readonly owner: FabricLedger,
  ) {}

  static async open(organizations: readonly string[]): Promise<SmallConsortium> {
    const folder = await mkdtemp(join(tmpdir(), 'consortium-'));
    const network = await EmbeddedNetwork.open({
      directory: join(folder, 'network'),
      channel: 'dstore',
      chaincodeName: 'dstore',
      organizations,
      contracts,
      timeWindowSeconds: Number(quickParams.timeWindowSeconds),
    });
    const member = async (msp: string, id: string, ...roles: string[]) =>
      new FabricLedger({
        client: network.client(),
        channel: network.channel,
        chaincode: network.chaincodeName,
        identity: await network.authority(msp).issueIdentity({ id, type: 'client', roles }),
        endorsingOrganizations: () => network.organizations,
      });
    const seats = await Promise.all(
      organizations.map(async (msp) => ({
        msp,
        admin: await member(msp, 'admin', 'admin'),
        provider: await member(msp, 'provider', 'provider'),
        secrets: new FileBeaconSecrets(join(folder, 'beacon', msp)),
      })),
    );
    const owner = await member(organizations[0] ?? '', 'owner', 'owner');
    return new SmallConsortium(folder, network, seats, owner);
  }

  /** Founds it with a million credits for the owner and each provider; may be called again. */
  founding(): FoundConsortium {
    return new FoundConsortium({
      params: quickParams,
      seats: this.seats.map(({ admin, secrets }) => ({
        admin,
        keepAnchor: new KeepAnchor(admin, secrets, new SystemRandom()),
      })),
      members: [...this.seats.flatMap(({ admin, provider }) => [admin, provider]), this.owner],
      allotments: [this.owner, ...this.seats.map(({ provider }) => provider)].map(({ caller }) => ({
        to: caller,
        amount: 1_000_000n,
      })),
    });
  }

  async close(): Promise<void> {
    for (const { admin, provider } of this.seats) {
      admin.close();
      provider.close();
    }
    this.owner.close();
    await this.network.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
