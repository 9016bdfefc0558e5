import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Role } from '@dstore/chaincode/domain';
import type { EmbeddedNetwork } from '@dstore/network/embedded';
import { type Identity, loadIdentity, saveIdentity, type TlsCredentials } from '@dstore/organizations';
import { FabricLedger } from './adapters/fabric/fabric-ledger.js';
import type { MemberRoot } from './door/member-roots.js';

/** A member of the embedded consortium: who it is, and the ledger as it sees it. */
export interface Member {
  readonly identity: Identity;
  readonly ledger: FabricLedger;
}

/** Everybody in an embedded consortium, enrolled once and kept below the network's directory. */
export class EmbeddedMembers {
  readonly #network: EmbeddedNetwork;
  readonly #folder: string;
  readonly #members = new Map<string, Promise<Member>>();

  constructor(network: EmbeddedNetwork, folder: string) {
    this.#network = network;
    this.#folder = folder;
  }

  /** The member, enrolled with these roles when it is new. */
  member(msp: string, id: string, roles: readonly Role[]): Promise<Member> {
    const key = `${msp}/${id}`;
    const known = this.#members.get(key) ?? this.#enter(msp, id, roles);
    this.#members.set(key, known);
    return known;
  }

  /** A fresh certificate for one end of the shard doors' connections. */
  tls(msp: string, id: string): Promise<TlsCredentials> {
    return this.#network.authority(msp).issueTls({ id, type: 'client' });
  }

  /** Organizations with the roots of their TLS certificates. */
  organizations(): MemberRoot[] {
    return this.#network.organizations.map((mspId) => ({
      mspId,
      tlsRoot: this.#network.authority(mspId).tlsRoot,
    }));
  }

  async close(): Promise<void> {
    for (const member of this.#members.values()) (await member).ledger.close();
  }

  async #enter(msp: string, id: string, roles: readonly Role[]): Promise<Member> {
    const network = this.#network;
    const identity = await this.#identity(msp, id, roles);
    const ledger = new FabricLedger({
      client: network.client(),
      channel: network.channel,
      chaincode: network.chaincodeName,
      identity,
      endorsingOrganizations: () => network.organizations,
    });
    return { identity, ledger };
  }

  async #identity(msp: string, id: string, roles: readonly Role[]): Promise<Identity> {
    const folder = join(this.#folder, msp, id);
    const isKept = await access(join(folder, 'identity.json')).then(
      () => true,
      () => false,
    );
    if (isKept) return loadIdentity(folder);
    const identity = await this.#network.authority(msp).issueIdentity({ id, type: 'client', roles });
    await saveIdentity(folder, identity);
    return identity;
  }
}
