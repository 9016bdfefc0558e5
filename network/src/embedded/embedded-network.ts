import { Authority, type Identity, loadIdentity, saveIdentity } from '@dstore/organizations';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Chain } from './chain.js';
import { configEnvelope, type Organization } from './config-block.js';
import { DirectoryLock } from './directory-lock.js';
import { Endorser } from './endorser.js';
import { Gateway } from './gateway.js';
import { gatewayClient } from './gateway-client.js';
import type { GatewayClient } from './grpc.js';
import { Members } from './members.js';
import { Orderer } from './orderer.js';
import type { ContractClass } from './shim.js';

/** How an embedded network is opened. */
export interface EmbeddedOptions {
  /** Everything lies below it: certificates, keys, blocks. One process at a time may open it. */
  readonly directory: string;
  readonly channel: string;
  readonly chaincodeName: string;
  /** MSP ids that found the channel; those that joined later are known from the blocks. */
  readonly organizations: readonly string[];
  readonly contracts: readonly ContractClass[];
  /** How far a client's clock may be off, seconds. */
  readonly timeWindowSeconds: number;
  /** Milliseconds since 1970; the machine's clock by default. */
  readonly now?: () => number;
  /** Other contracts at single organizations, by MSP id: an organization that changed its chaincode. */
  readonly modified?: Readonly<Record<string, readonly ContractClass[]>>;
  /** Bytes of blocks between two snapshots of the state. */
  readonly snapshotBytes?: number;
}

const ordererMsp = 'OrdererMSP';
const defaultSnapshotBytes = 32 * 1024 * 1024;

/**
 * A whole Fabric network in one process: certificate authorities, a peer for each organization, an orderer
 * and a durable ledger, reached through the same client library as a real one. It opens no sockets.
 */
export class EmbeddedNetwork {
  readonly #options: EmbeddedOptions;
  readonly #lock: DirectoryLock;
  readonly #members = new Members();
  readonly #authorities = new Map<string, Authority>();
  readonly #endorsers = new Map<string, Endorser>();
  readonly #clients = new Set<GatewayClient>();
  #chain!: Chain;
  #orderer!: Orderer;
  #gateway!: Gateway;
  #ordererOrganization!: Organization;
  #ordererIdentity!: Identity;

  private constructor(options: EmbeddedOptions, lock: DirectoryLock) {
    this.#options = options;
    this.#lock = lock;
  }

  /** Opens the directory's network, or founds it. Rejects with DamagedLog when its blocks can not be trusted. */
  static async open(options: EmbeddedOptions): Promise<EmbeddedNetwork> {
    const lock = await DirectoryLock.take(options.directory);
    const network = new EmbeddedNetwork(options, lock);
    try {
      await network.#start();
      return network;
    } catch (error) {
      await network.#chain?.close();
      await lock.release();
      throw error;
    }
  }

  get channel(): string {
    return this.#options.channel;
  }

  get chaincodeName(): string {
    return this.#options.chaincodeName;
  }

  /** MSP ids of all members, in order. */
  get organizations(): string[] {
    return this.#members.mspIds;
  }

  /** Blocks on the ledger. */
  get height(): number {
    return this.#chain.height;
  }

  /** SHA-256 over all rows with their versions and policies. */
  stateHash(): string {
    return this.#chain.state.hash();
  }

  /** The certificate authority of a member organization. Throws RangeError for others. */
  authority(mspId: string): Authority {
    const authority = this.#authorities.get(mspId);
    if (authority === undefined) throw new RangeError(`${mspId} is not an organization of this network`);
    return authority;
  }

  /** A client for `connect({ client })` of @hyperledger/fabric-gateway. */
  client(): GatewayClient {
    const client = gatewayClient(this.#gateway, this.#chain);
    this.#clients.add(client);
    return client;
  }

  /** Admits an organization by a configuration block; does nothing when it is a member already. */
  async addOrganization(mspId: string): Promise<void> {
    if (this.#members.mspIds.includes(mspId)) return;
    await this.#raise(mspId);
    await this.#orderer.between(() => this.#configure());
    await this.#staff(mspId);
  }

  /** Writes what was taken, ends all streams and lets go of the directory. */
  async close(): Promise<void> {
    await this.#orderer.idle();
    for (const client of this.#clients) client.close();
    await this.#chain.close();
    await this.#lock.release();
  }

  async #start(): Promise<void> {
    const { directory, channel, chaincodeName: chaincode, timeWindowSeconds } = this.#options;
    const authority = await this.#authorityIn(ordererMsp);
    this.#ordererOrganization = organizationOf(authority);
    this.#ordererIdentity = await this.#enrolled(authority, 'orderer');
    this.#chain = await Chain.open({
      directory: join(directory, 'blocks'),
      channel,
      chaincode,
      members: this.#members,
      orderer: this.#ordererIdentity,
      snapshotBytes: this.#options.snapshotBytes ?? defaultSnapshotBytes,
    });
    const founders = this.#chain.height === 0 ? this.#options.organizations : this.#members.mspIds;
    for (const mspId of founders) await this.#raise(mspId);
    if (this.#chain.height === 0) await this.#configure();
    for (const mspId of this.#members.mspIds) await this.#staff(mspId);
    this.#orderer = new Orderer(this.#chain);
    this.#gateway = new Gateway({
      channel,
      chaincode,
      timeWindowSeconds,
      members: this.#members,
      chain: this.#chain,
      orderer: this.#orderer,
      endorsers: this.#endorsers,
      now: this.#options.now ?? (() => Date.now()),
    });
  }

  async #raise(mspId: string): Promise<void> {
    this.#authorities.set(mspId, await this.#authorityIn(mspId));
  }

  async #staff(mspId: string): Promise<void> {
    const identity = await this.#enrolled(this.authority(mspId), 'peer');
    const contracts = this.#options.modified?.[mspId] ?? this.#options.contracts;
    this.#endorsers.set(mspId, new Endorser(identity, this.#options.chaincodeName, contracts));
  }

  #configure(): Promise<void> {
    const envelope = configEnvelope(
      this.#options.channel,
      this.#chain.height,
      [...this.#authorities.values()].map(organizationOf),
      this.#ordererOrganization,
      this.#ordererIdentity,
    );
    return this.#chain.configure(envelope);
  }

  async #authorityIn(mspId: string): Promise<Authority> {
    const directory = this.#placeOf(mspId);
    const exists = await isThere(join(directory, 'tls-ca.pem'));
    return exists
      ? Authority.open(directory, mspId, this.#options.now)
      : Authority.create(directory, mspId, this.#options.now);
  }

  /** The organization's own node, enrolled once and kept. */
  async #enrolled(authority: Authority, type: 'peer' | 'orderer'): Promise<Identity> {
    const directory = join(this.#placeOf(authority.mspId), type);
    if (await isThere(join(directory, 'identity.json'))) return loadIdentity(directory);
    const identity = await authority.issueIdentity({ id: `${type}0`, type });
    await saveIdentity(directory, identity);
    return identity;
  }

  #placeOf(mspId: string): string {
    return join(this.#options.directory, 'organizations', mspId);
  }
}

function organizationOf({ mspId, identityRoot, tlsRoot }: Authority): Organization {
  return { mspId, identityRoot, tlsRoot };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
