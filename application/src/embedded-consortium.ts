import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { insist, offerIn, type Params } from '@dstore/chaincode/domain';
// Before the contracts: it silences the libraries that report every decorator while they load.
import { EmbeddedNetwork } from '@dstore/network/embedded';
import { contracts } from '@dstore/chaincode';
import type { Identity } from '@dstore/organizations';
import { FileBeaconSecrets } from './adapters/file/file-beacon-secrets.js';
import { FileDisk } from './adapters/file/file-disk.js';
import { type OpenDisk, openDisk } from './compose-provider.js';
import { EmbeddedMembers, type Member } from './embedded-members.js';
import type { DemoControl } from './http/gateway-use-cases.js';
import type { Disk } from './ports/disk.js';
import { CollectEarnings } from './use-cases/collect-earnings.js';
import { FoundConsortium } from './use-cases/found-consortium.js';
import { KeepAnchor } from './use-cases/keep-anchor.js';
import { OfferDisk } from './use-cases/offer-disk.js';
import { PassProposal } from './use-cases/pass-proposal.js';
import { TurnEpoch } from './use-cases/turn-epoch.js';
import { Crew } from './workers/crew.js';
import { anchorDuty, earningsDuty, epochDuty } from './workers/rota.js';
import type { Surroundings } from './workers/worker.js';

/** How an embedded consortium is set up. */
export interface ConsortiumOptions {
  /** `network/` and `disks/` lie below it. */
  readonly home: string;
  readonly params: Params;
  /** Organizations at the founding; `Org1MSP` is the owner's too. */
  readonly organizations: number;
  readonly capacityBytes: bigint;
  /** Credits minted for the owner, and for each provider. */
  readonly allotment: { readonly owner: bigint; readonly provider: bigint };
  /** Opens the store of a disk; files in the folder unless given. */
  readonly openStore?: OpenStore;
  readonly around: Surroundings;
}

/** Opens the store of a disk, which may keep what it likes in the folder. */
export type OpenStore = (diskId: string, folder: string) => Promise<Disk>;

interface RunningDisk {
  readonly disk: OpenDisk;
  readonly crew: Crew;
}

const channel = 'dstore';
const mspOf = (number: number) => `Org${number}MSP`;
const numberOf = (msp: string) => Number(/^Org(\d+)MSP$/.exec(msp)?.[1] ?? 0);
const diskOf = (number: number) => `org${number}-d1`;
/** Credits per GiB of collateral that each disk offers, and how much more than one lease's its pool holds. */
const collateralRate = 1000n;
const poolFactor = 4n;
const openFiles: OpenStore = (_, folder) => FileDisk.open(folder);

/**
 * A whole consortium in one process: organizations with an admin, a provider and a disk each, on the embedded network.
 * Every party acts through its own identity; only the process is shared. Founded at the first opening, the same after.
 */
export class EmbeddedConsortium implements DemoControl {
  readonly network: EmbeddedNetwork;
  readonly members: EmbeddedMembers;
  readonly #options: ConsortiumOptions;
  readonly #disks = new Map<string, RunningDisk>();
  readonly #keepers = new Map<string, Crew>();

  private constructor(options: ConsortiumOptions, network: EmbeddedNetwork) {
    this.#options = options;
    this.network = network;
    this.members = new EmbeddedMembers(network, join(options.home, 'network', 'members'));
  }

  /** Opens what is below the home, or founds it there; disks serve and keepers turn epochs from then on. */
  static async open(options: ConsortiumOptions): Promise<EmbeddedConsortium> {
    const { home, organizations, params } = options;
    await mkdir(join(home, 'disks'), { recursive: true, mode: 0o700 });
    const network = await EmbeddedNetwork.open({
      directory: join(home, 'network'),
      channel,
      chaincodeName: channel,
      organizations: Array.from({ length: organizations }, (_, index) => mspOf(index + 1)),
      contracts,
      timeWindowSeconds: Number(params.timeWindowSeconds),
    });
    const consortium = new EmbeddedConsortium(options, network);
    try {
      await consortium.#start();
      return consortium;
    } catch (error) {
      await consortium.close();
      throw error;
    }
  }

  /** The owner, a member of the first organization. */
  owner(): Promise<Member> {
    return this.members.member(mspOf(1), 'owner', ['owner', 'treasurer']);
  }

  /** Disks that serve now. */
  get diskIds(): string[] {
    return [...this.#disks.keys()].sort();
  }

  /** The parts of a disk that serves; for whoever looks inside. */
  disk(diskId: string): OpenDisk {
    const running = this.#disks.get(diskId);
    insist(running !== undefined, 'disk-unknown', `no disk ${diskId} serves`);
    return running.disk;
  }

  async add(): Promise<{ readonly diskId: string }> {
    const number = Math.max(...this.network.organizations.map(numberOf)) + 1;
    const msp = mspOf(number);
    const voters = await Promise.all(this.network.organizations.map((other) => this.#admin(other)));
    const vote = new PassProposal(voters.map(({ ledger }) => ledger));
    await this.network.addOrganization(msp);
    await vote.run({ kind: 'admit', organization: msp });
    const joined = await this.#join(number);
    for (const { ledger } of joined) await ledger.submit('MemberContract:Enlist', {});
    const to = (await this.#provider(msp)).ledger.caller;
    await vote.run({ kind: 'mint', to, amount: this.#options.allotment.provider });
    await this.#keepEpochs(msp);
    await this.#serve(number);
    return { diskId: diskOf(number) };
  }

  async lose(diskId: string): Promise<void> {
    this.disk(diskId);
    await this.#stop(diskId);
    await writeFile(this.#lostMark(diskId), '');
    await rename(this.#folder(diskId), `${this.#folder(diskId)}.gone`);
    await rm(`${this.#folder(diskId)}.gone`, { recursive: true });
  }

  async restore(diskId: string): Promise<void> {
    insist(existsSync(this.#lostMark(diskId)), 'disk-unknown', `no disk ${diskId} is lost`);
    await rm(this.#lostMark(diskId));
    const number = this.network.organizations.map(numberOf).find((one) => diskOf(one) === diskId);
    if (number !== undefined) await this.#serve(number);
  }

  /** Ends every worker, door and client, then the network. */
  async close(): Promise<void> {
    await Promise.all([...this.#keepers.values()].map((crew) => crew.stop()));
    for (const diskId of this.diskIds) await this.#stop(diskId);
    await this.members.close();
    await this.network.close();
  }

  async #start(): Promise<void> {
    const { params, allotment } = this.#options;
    const organizations = this.network.organizations;
    const owner = await this.owner();
    const seats = await Promise.all(
      organizations.map(async (msp) => {
        const { ledger } = await this.#admin(msp);
        return { admin: ledger, keepAnchor: this.#keepAnchor(msp, ledger) };
      }),
    );
    const joined = await Promise.all(organizations.map((msp) => this.#join(numberOf(msp))));
    const providers = await Promise.all(organizations.map((msp) => this.#provider(msp)));
    await new FoundConsortium({
      params,
      seats,
      members: [owner, ...joined.flat()].map(({ ledger }) => ledger),
      allotments: [
        { to: owner.ledger.caller, amount: allotment.owner },
        ...providers.map(({ ledger }) => ({ to: ledger.caller, amount: allotment.provider })),
      ],
    }).run();
    for (const msp of organizations) await this.#keepEpochs(msp);
    for (const msp of organizations)
      if (!existsSync(this.#lostMark(diskOf(numberOf(msp))))) await this.#serve(numberOf(msp));
  }

  #admin(msp: string): Promise<Member> {
    return this.members.member(msp, 'admin', ['admin']);
  }

  #provider(msp: string): Promise<Member> {
    return this.members.member(msp, 'provider', ['provider']);
  }

  /** The members of an organization that enlist. */
  #join(number: number): Promise<Member[]> {
    const msp = mspOf(number);
    return Promise.all([
      this.#admin(msp),
      this.#provider(msp),
      this.members.member(msp, diskOf(number), ['provider']),
    ]);
  }

  #keepAnchor(msp: string, ledger: Member['ledger']): KeepAnchor {
    return new KeepAnchor(ledger, this.#secrets(msp), this.#options.around.random);
  }

  #secrets(msp: string): FileBeaconSecrets {
    return new FileBeaconSecrets(join(this.#options.home, 'network', 'beacon', msp));
  }

  async #keepEpochs(msp: string): Promise<void> {
    const { around } = this.#options;
    const admin = (await this.#admin(msp)).ledger;
    const provider = (await this.#provider(msp)).ledger;
    const crew = new Crew(
      admin,
      [
        epochDuty(new TurnEpoch(admin, around.clock, this.#secrets(msp)), around),
        anchorDuty(this.#keepAnchor(msp, admin), around),
        earningsDuty(new CollectEarnings(provider), around),
      ],
      around,
    );
    this.#keepers.set(msp, crew);
    crew.start();
  }

  async #serve(number: number): Promise<void> {
    const { around, openStore = openFiles } = this.#options;
    const [msp, diskId] = [mspOf(number), diskOf(number)];
    const agent = await this.members.member(msp, diskId, ['provider']);
    const disk = await openDisk({
      ...around,
      diskId,
      folder: this.#folder(diskId),
      disk: await openStore(diskId, join(this.#folder(diskId), 'shards')),
      ledger: agent.ledger,
      agent: agent.identity,
      tls: await this.members.tls(msp, diskId),
      organizations: () => this.members.organizations(),
    });
    const crew = new Crew(agent.ledger, disk.duties, around);
    this.#disks.set(diskId, { disk, crew });
    await this.#offer(number, disk, agent.identity);
    crew.start();
  }

  /** Listens where the ledger says; a disk that is new there is offered, one that had to move says so. */
  async #offer(number: number, disk: OpenDisk, agent: Identity): Promise<void> {
    const [msp, diskId] = [mspOf(number), diskOf(number)];
    const { ledger } = await this.#provider(msp);
    const row = await ledger.read('disk', diskId);
    const epoch = (await ledger.read('epoch'))?.number ?? 0n;
    const known = row === undefined ? undefined : offerIn(row, epoch).door;
    const door = await disk.listen(known === undefined ? 0 : Number(new URL(known).port));
    if (known !== undefined) {
      if (known !== door) await ledger.submit('DiskContract:Change', { diskId, door });
      return;
    }
    const { capacityBytes } = this.#options;
    const offer = {
      diskId,
      site: `site${number}`,
      region: number % 2 === 0 ? 'eu-north' : 'eu-south',
      door,
      agent: diskId,
      agentKey: createPublicKey(agent.certificate).export({ type: 'spki', format: 'der' }).toString('base64'),
      capacityBytes,
      price: 90n + BigInt(number % 3) * 10n,
      collateralRate,
    };
    await new OfferDisk(ledger).run(offer, ((collateralRate * capacityBytes) >> 30n) * poolFactor);
  }

  async #stop(diskId: string): Promise<void> {
    const running = this.#disks.get(diskId);
    this.#disks.delete(diskId);
    await running?.crew.stop();
    await running?.disk.close();
  }

  #folder(diskId: string): string {
    return join(this.#options.home, 'disks', diskId);
  }

  #lostMark(diskId: string): string {
    return join(this.#options.home, 'disks', `${diskId}.lost`);
  }
}
