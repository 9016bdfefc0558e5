import { FabricLedger } from '@dstore/application/adapters/fabric/fabric-ledger.js';
import { FileBeaconSecrets } from '@dstore/application/adapters/file/file-beacon-secrets.js';
import { SystemClock } from '@dstore/application/adapters/system/system-clock.js';
import { SystemRandom } from '@dstore/application/adapters/system/system-random.js';
import type { BeaconSecrets } from '@dstore/application/ports/beacon-secrets.js';
import { agreeInTime } from '@dstore/application/use-cases/agree-in-time.js';
import { FoundConsortium } from '@dstore/application/use-cases/found-consortium.js';
import { KeepAnchor } from '@dstore/application/use-cases/keep-anchor.js';
import type { Params } from '@dstore/chaincode/domain';
import { join } from 'node:path';

import { demoParams } from '../../../application/rows.js';
import type { RunningNetwork } from './running-network.js';

/** The shortest epochs that the law allows with clocks up to 1 s apart. */
const quickParams: Params = {
  ...demoParams,
  epochLengthSeconds: 10n,
  revealLengthSeconds: 2n,
  revealGraceSeconds: 2n,
  timeWindowSeconds: 1n,
};

/** An organization of the consortium. */
export interface Seat {
  readonly msp: string;
  readonly admin: FabricLedger;
  readonly provider: FabricLedger;
  readonly owner: FabricLedger;
  readonly secrets: BeaconSecrets;
}

/** The members of a running network, each with a ledger of its own through its organization's peer. */
export class NativeConsortium {
  readonly seats: readonly Seat[];
  readonly #close: () => void;

  private constructor(seats: readonly Seat[], close: () => void) {
    this.seats = seats;
    this.#close = close;
  }

  static async open({ network, organizations, folder }: RunningNetwork): Promise<NativeConsortium> {
    const opened: { close(): void }[] = [];
    const seats = await Promise.all(
      organizations.map(async (msp) => {
        const client = await network.connect(msp);
        const ledger = async (id: string) =>
          new FabricLedger({
            client,
            channel: network.shared.channel,
            chaincode: 'dstore',
            identity: await network.identity(msp, id),
            endorsingOrganizations: () => organizations,
          });
        opened.push(client);
        return {
          msp,
          admin: await ledger('admin'),
          provider: await ledger('provider'),
          owner: await ledger('owner'),
          secrets: new FileBeaconSecrets(join(folder, 'beacon', msp)),
        };
      }),
    );
    return new NativeConsortium(seats, () => opened.forEach((each) => each.close()));
  }

  /** Founds it with a million credits for each owner and provider. */
  async found(): Promise<void> {
    const members = this.seats.flatMap(({ provider, owner }) => [provider, owner]);
    const founding = new FoundConsortium({
      params: quickParams,
      seats: this.seats.map(({ admin, secrets }) => ({
        admin,
        keepAnchor: new KeepAnchor(admin, secrets, new SystemRandom()),
      })),
      members: [...this.seats.map(({ admin }) => admin), ...members],
      allotments: members.map(({ caller }) => ({ to: caller, amount: 1_000_000n })),
    });
    await agreeInTime(new SystemClock(), () => founding.run());
  }

  close(): void {
    for (const { admin, provider, owner } of this.seats)
      for (const ledger of [admin, provider, owner]) ledger.close();
    this.#close();
  }
}
