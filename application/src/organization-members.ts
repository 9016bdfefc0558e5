import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Identity } from '@dstore/organizations';
import { FabricLedger } from './adapters/fabric/fabric-ledger.js';
import { PeerClients } from './adapters/fabric/peer-clients.js';
import { WatchedFiles } from './adapters/file/watched-files.js';
import type { MemberRoot } from './door/member-roots.js';
import type { KeyFiles, MemberFiles, OrganizationConfig } from './organization-config.js';

/** A member whose keys are here: who it is, and the ledger as it sees it. */
export interface OwnMember {
  readonly identity: Identity;
  readonly ledger: FabricLedger;
}

interface Root {
  readonly mspId: string;
  readonly tlsRoot: string;
  readonly tlsCrlFile: string | undefined;
}

/** The members as whom a process signs, all through one set of connections to peers. */
export class OrganizationMembers {
  readonly #roots: readonly Root[];
  readonly #lists: WatchedFiles;
  readonly #config: OrganizationConfig;
  readonly #peers: PeerClients;
  readonly #members = new Map<string, OwnMember>();

  private constructor(
    config: OrganizationConfig,
    roots: readonly Root[],
    lists: WatchedFiles,
    peers: PeerClients,
  ) {
    this.#config = config;
    this.#roots = roots;
    this.#lists = lists;
    this.#peers = peers;
  }

  /** Reads what the settings name. Rejects when a file is missing or damaged. */
  static async open(config: OrganizationConfig): Promise<OrganizationMembers> {
    const { peers, tls } = config.ledger;
    const known = await Promise.all(
      peers.map(async ({ tlsRootFile, ...peer }) => ({
        ...peer,
        tlsRoot: await readFile(tlsRootFile, 'utf8'),
      })),
    );
    const roots = new Map(known.map((root) => [`${root.mspId} ${root.tlsRoot}`, root]));
    const lists = await WatchedFiles.open(known.flatMap(({ tlsCrlFile }) => tlsCrlFile ?? []));
    const clients = new PeerClients(known, await readKeyFiles(tls));
    return new OrganizationMembers(config, [...roots.values()], lists, clients);
  }

  /** All organizations of the ledger with the roots of their TLS certificates, and what those have taken back by now. */
  get organizations(): readonly MemberRoot[] {
    return this.#roots.map(({ mspId, tlsRoot, tlsCrlFile }) => {
      const crl = tlsCrlFile === undefined ? undefined : this.#lists.text(tlsCrlFile);
      return { mspId, tlsRoot, ...(crl === undefined ? {} : { crl }) };
    });
  }

  /** The member; the same at every call. */
  async member(files: MemberFiles): Promise<OwnMember> {
    const known = this.#members.get(files.id);
    if (known !== undefined) return known;
    const { certificate, privateKey } = await readKeyFiles(files);
    const { mspId, ledger } = this.#config;
    const identity = { mspId, id: files.id, certificate, privateKey: createPrivateKey(privateKey) };
    const endorsing = [...new Set(this.#roots.map((root) => root.mspId))].sort();
    const member = {
      identity,
      ledger: new FabricLedger({
        client: this.#peers.client,
        tlsClientCertificateHash: this.#peers.certificateHash,
        channel: ledger.channel,
        chaincode: ledger.chaincode,
        identity,
        endorsingOrganizations: () => endorsing,
      }),
    };
    this.#members.set(files.id, member);
    return member;
  }

  close(): void {
    for (const { ledger } of this.#members.values()) ledger.close();
    this.#peers.close();
    this.#lists.close();
  }
}

/** A certificate and its key, PEM. */
export async function readKeyFiles({
  certFile,
  keyFile,
}: KeyFiles): Promise<{ certificate: string; privateKey: string }> {
  const [certificate, privateKey] = await Promise.all([
    readFile(certFile, 'utf8'),
    readFile(keyFile, 'utf8'),
  ]);
  return { certificate, privateKey };
}
