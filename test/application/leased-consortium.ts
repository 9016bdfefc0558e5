import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { PolicyFile } from '@dstore/application/adapters/file/policy-file.js';
import { SystemClock } from '@dstore/application/adapters/system/system-clock.js';
import { SystemRandom } from '@dstore/application/adapters/system/system-random.js';
import type { LeasePolicy } from '@dstore/application/core/lease-policy.js';
import type { GatewayUseCases } from '@dstore/application/http/gateway-use-cases.js';
import type { Catalog } from '@dstore/application/ports/catalog.js';
import type { Doors } from '@dstore/application/ports/door.js';
import type { Keyring } from '@dstore/application/ports/keyring.js';
import { ChangeLease } from '@dstore/application/use-cases/change-lease.js';
import { KeepLeases } from '@dstore/application/use-cases/keep-leases.js';
import { ListDisks } from '@dstore/application/use-cases/list-disks.js';
import { ListLeases } from '@dstore/application/use-cases/list-leases.js';
import { OfferDisk } from '@dstore/application/use-cases/offer-disk.js';
import { QuoteLeases } from '@dstore/application/use-cases/quote-leases.js';
import { SetPolicy } from '@dstore/application/use-cases/set-policy.js';
import { Vault } from '@dstore/application/use-cases/vault.js';

import { SmallConsortium } from './small-consortium.js';
import { KeptLog } from './workers/surroundings.js';

const agentKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64');

/** The policy of the settings: it does nothing by itself. */
export const restingPolicy: LeasePolicy = {
  maxPrice: 200n,
  minCollateralRate: 500n,
  termEpochs: 100n,
  capacityBytes: 1n << 30n,
  headroomBytes: 0n,
  auto: false,
};

/** An owner's vault under the real law, with a disk of 4 GiB at 100 credits at each of two providers, and its leases. */
export class LeasedConsortium {
  private constructor(
    readonly consortium: SmallConsortium,
    readonly vault: Vault,
  ) {}

  static async open(): Promise<LeasedConsortium> {
    const consortium = await SmallConsortium.open(['Org1', 'Org2', 'Org3']);
    await consortium.founding().run();
    const { owner } = consortium;
    await owner.submit('VaultContract:CreateVault', { vaultId: 'v' });
    const vault = new Vault({
      vaultId: 'v',
      ledger: owner,
      doors: {} as Doors,
      catalog: { mirrors: () => [] } as unknown as Catalog,
      keyring: {} as Keyring,
      clock: new SystemClock(),
      random: new SystemRandom(),
    });
    const made = new LeasedConsortium(consortium, vault);
    for (const at of [2, 3]) await made.offer(at, `org${at}-d1`);
    return made;
  }

  /** A disk of an organization. */
  async offer(at: number, diskId: string, collateral = 5000n, price = 100n): Promise<void> {
    const seat = this.consortium.seats[at - 1];
    if (seat === undefined) throw new RangeError(`there is no organization ${at}`);
    const terms = { capacityBytes: 4n << 30n, price, collateralRate: 1000n };
    const place = { site: `site${at}`, region: 'eu', door: 'https://127.0.0.1:9', agent: diskId };
    await new OfferDisk(seat.provider).run({ diskId, ...place, agentKey: agentKey(), ...terms }, collateral);
  }

  /** Use cases of leases as a process has them that starts now. */
  async useCases(): Promise<{ useCases: Partial<GatewayUseCases>; keepLeases: KeepLeases }> {
    const { owner, folder } = this.consortium;
    const log = new KeptLog();
    const policies = await PolicyFile.open(join(folder, 'lease-policy.json'), restingPolicy);
    const keepLeases = new KeepLeases(this.vault, policies, log);
    const useCases = {
      listDisks: new ListDisks(owner),
      listLeases: new ListLeases(owner),
      quoteLeases: new QuoteLeases(this.vault, policies),
      changeLease: new ChangeLease(this.vault, keepLeases, policies),
      setPolicy: new SetPolicy(policies, keepLeases, log),
    };
    return { useCases, keepLeases };
  }

  close(): Promise<void> {
    return this.consortium.close();
  }
}
