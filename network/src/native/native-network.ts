import type { Org } from '@dstore/organizations';

import type { Say, Toolchain } from '../toolchain/index.js';
import { type Application, ApplicationProcesses, type GatewayAccess } from './application-process.js';
import { caProcess, startCa } from './ca-server.js';
import { keepPackage, type Law } from './chaincode-package.js';
import { chaincodeProcess, chaincodeSpec } from './chaincode-server.js';
import type { ConfigDesk } from './config-update.js';
import { enrolAll, enrolOne } from './enrolment.js';
import { connectTo, identityOf } from './gateway-access.js';
import { keepGenesis, type Shared, sharedOf } from './genesis.js';
import type { Holder } from './holders.js';
import { kuboDisks, startKubo } from './kubo-daemon.js';
import { type OrgSeat, seatOf } from './layout.js';
import { define, type Definition, install, type LifecycleMember } from './lifecycle.js';
import { isOrdererHealthy, joinOrderer, ordererProcess, ordererSpec } from './orderer-node.js';
import { PeerCommand } from './peer-command.js';
import { isPeerHealthy, peerProcess, peerSpec } from './peer-node.js';
import { isListening } from './ports.js';
import { untilEndorsing } from './readiness.js';
import { stopAll } from './stop-all.js';
import { type Step, takeSteps } from './steps.js';
import { type ProcessSpec, Supervisor } from './supervisor.js';
import { untilReady } from './wait.js';

/** What a native network is made of. */
export interface NativeOptions {
  /** Everything that it keeps lies below. */
  readonly folder: string;
  readonly channel: string;
  readonly orgs: readonly Org[];
  readonly toolchain: Toolchain;
  readonly law: Law;
  readonly definition: Definition;
  /** How far a client's clock may be off. */
  readonly timeWindowSeconds: number;
  /** Started on top, and watched; without it the network is Fabric and Kubo only. */
  readonly application?: Application;
  /** How the process is started that starts others again; with the application. */
  readonly watch?: Pick<ProcessSpec, 'program' | 'args' | 'env'>;
  readonly say: Say;
  /** Who starts the processes; by default they are this machine's. */
  readonly supervisor?: Supervisor;
}

/** Name of the process that starts others again. */
export const watchProcess = 'network.watch';

/** Real peers, orderers, CAs, chaincode servers and Kubo daemons as processes of this machine, on loopback. */
export class NativeNetwork {
  readonly seats: readonly OrgSeat[];
  readonly supervisor: Supervisor;
  readonly shared: Shared;
  readonly options: NativeOptions;
  #gateway: GatewayAccess | undefined;

  constructor(options: NativeOptions) {
    this.options = options;
    this.seats = options.orgs.map((org) => seatOf(options.folder, org));
    this.supervisor = options.supervisor ?? new Supervisor(options.folder);
    this.shared = sharedOf(options.folder, options.channel);
  }

  /**
   * Brings up what is not up, from an empty folder or from wherever an earlier call was cut off. Answers the
   * milliseconds it took. Rejects with NetworkFault when something stands in the way.
   */
  up(): Promise<number> {
    const { law, definition, say } = this.options;
    const fabric = [...this.#nodeSteps(), ...this.#lawSteps(law, definition), this.#kuboStep()];
    return takeSteps(
      [this.#unwatchStep(), ...fabric, ...this.#applicationSteps(), ...this.#watchStep()],
      say,
    );
  }

  /** How the first organization's gateway is reached; undefined without the application. */
  get gateway(): GatewayAccess | undefined {
    return this.#gateway;
  }

  /** Stops every process; what is kept stays. */
  async down(): Promise<void> {
    await stopAll(this.supervisor);
  }

  /** Runs another law beside the first one, under a name of its own. May be called again. */
  async deploy(law: Law, definition: Definition): Promise<void> {
    await takeSteps(this.#lawSteps(law, definition), () => undefined);
  }

  /** Approves and commits a law that runs already under one more name: the same code with rows of its own. */
  async define(law: Law, definition: Definition): Promise<void> {
    await define(this.shared, await this.#members(law), definition);
    await this.#untilEndorsing(law, definition);
  }

  /** Enrols somebody with an organization's CAs, unless that has happened. */
  async enrol(mspId: string, holder: Holder): Promise<void> {
    await enrolOne(this.seat(mspId), holder);
  }

  /** A holder's identity. */
  identity(mspId: string, id: string) {
    return identityOf(this.seat(mspId), id);
  }

  /** A connection to an organization's peer; the caller's to close. */
  connect(mspId: string) {
    return connectTo(this.seat(mspId));
  }

  /** What an organization's admin changes the channel with, for what that admin may change alone. */
  async configDesk(mspId: string): Promise<ConfigDesk> {
    return {
      programs: this.options.toolchain.programs,
      shared: this.shared,
      command: this.#command(this.seat(mspId)),
      signers: [await this.identity(mspId, 'admin')],
    };
  }

  /** The seat of an organization. Throws when there is none. */
  seat(mspId: string): OrgSeat {
    const seat = this.seats.find((known) => known.mspId === mspId);
    if (seat === undefined) throw new RangeError(`${mspId} is no organization of this network`);
    return seat;
  }

  #nodeSteps(): Step[] {
    const { toolchain } = this.options;
    const { programs } = toolchain;
    return [
      {
        title: 'certificate authorities',
        run: async () => {
          await this.#eachSeat((seat) => startCa(this.supervisor, programs, seat));
          return this.seats.map(caProcess).join(', ');
        },
      },
      {
        title: 'enrolments',
        run: async () => {
          const counts = await this.#eachSeat(enrolAll);
          return `${counts.reduce((sum, count) => sum + count, 0)} certificates`;
        },
      },
      {
        title: 'genesis block',
        run: async () => void (await keepGenesis(this.shared, toolchain, this.seats)),
      },
      { title: 'orderers and peers', run: () => this.#startNodes() },
      { title: 'channel', run: () => this.#join() },
    ].map(asStep);
  }

  async #startNodes(): Promise<string> {
    const { toolchain, timeWindowSeconds } = this.options;
    const { programs } = toolchain;
    await this.#eachSeat(async (seat) => {
      await this.supervisor.start(ordererSpec(programs, this.shared, seat));
      await this.supervisor.start(peerSpec(programs, this.shared, seat, timeWindowSeconds));
    });
    await this.#eachSeat(async (seat) => {
      await untilReady(this.supervisor, ordererProcess(seat), () => isOrdererHealthy(seat));
      await untilReady(this.supervisor, peerProcess(seat), () => isPeerHealthy(seat));
    });
    return `${this.seats.length} of each`;
  }

  async #join(): Promise<string> {
    const { programs } = this.options.toolchain;
    await this.#eachSeat((seat) => joinOrderer(programs, this.shared, seat));
    const join = ['channel', 'join', '--blockpath', this.shared.genesisBlock];
    await this.#eachSeat((seat) => this.#command(seat).runOnce(join, /ledger \[\S+\] already exists/));
    return this.shared.channel;
  }

  #lawSteps(law: Law, definition: Definition): Step[] {
    return [
      { title: `chaincode servers, ${law.label}`, run: () => this.#startLaw(law) },
      {
        title: `install ${law.label}`,
        run: async () => void (await Promise.all((await this.#members(law)).map(install))),
      },
      {
        title: `approve and commit ${definition.name}`,
        run: async () => define(this.shared, await this.#members(law), definition),
      },
      {
        title: 'endorsement by each gateway',
        run: () => this.#untilEndorsing(law, definition),
      },
    ].map(asStep);
  }

  async #untilEndorsing({ probe }: Law, { name }: Definition): Promise<void> {
    const all = this.seats.map(({ mspId }) => mspId);
    await this.#eachSeat((seat) => untilEndorsing(seat, this.shared.channel, name, probe, all));
  }

  async #startLaw(law: Law): Promise<string> {
    const started = await this.#eachSeat(async (seat) => {
      const packaged = await keepPackage(seat, law);
      await this.supervisor.start(chaincodeSpec(seat, law, packaged));
      await untilReady(this.supervisor, chaincodeProcess(seat, law), () =>
        isListening(seat.ports.chaincode + law.slot),
      );
      return packaged.id;
    });
    return `${started.length} packages`;
  }

  #kuboStep(): Step {
    const { toolchain, folder } = this.options;
    const disks = this.seats.flatMap(kuboDisks);
    return {
      title: 'Kubo daemons',
      run: async () => {
        await Promise.all(disks.map((disk) => startKubo(this.supervisor, toolchain.programs, folder, disk)));
        return `${disks.length}`;
      },
    };
  }

  /** Two that start what is dead would start it twice. */
  #unwatchStep(): Step {
    return asStep({ title: 'watch, until all is up', run: () => this.supervisor.stop(watchProcess) });
  }

  #applicationSteps(): Step[] {
    const { application, folder } = this.options;
    if (application === undefined) return [];
    const processes = new ApplicationProcesses(application, this.supervisor, this.seats, this.shared.channel);
    return [
      { title: 'founding', run: () => processes.found(folder) },
      { title: 'providers', run: () => processes.startProviders() },
      {
        title: 'gateway',
        run: async () => {
          this.#gateway = await processes.startGateway();
          return this.#gateway?.url;
        },
      },
    ].map(asStep);
  }

  #watchStep(): Step[] {
    const { folder, watch } = this.options;
    if (watch === undefined) return [];
    const spec = { ...watch, name: watchProcess, cwd: folder, ports: [] };
    return [asStep({ title: 'watch', run: async () => void (await this.supervisor.start(spec)) })];
  }

  #members(law: Law): Promise<LifecycleMember[]> {
    return this.#eachSeat(async (seat) => ({
      seat,
      command: this.#command(seat),
      packaged: await keepPackage(seat, law),
    }));
  }

  #command(seat: OrgSeat): PeerCommand {
    return new PeerCommand(this.options.toolchain.programs, this.shared, seat);
  }

  #eachSeat<T>(work: (seat: OrgSeat) => Promise<T>): Promise<T[]> {
    return Promise.all(this.seats.map(work));
  }
}

function asStep({ title, run }: { title: string; run: () => Promise<string | void> }): Step {
  return { title, run: async () => (await run()) ?? undefined };
}
