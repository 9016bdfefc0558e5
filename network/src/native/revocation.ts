import { type FabricCa, type Identity, type RevocationReason } from '@dstore/organizations';

import { NetworkFault } from '../fault.js';
import { openCa, registrarSecret } from './ca-server.js';
import { updateConfig } from './config-update.js';
import { reasonOf, withContract } from './gateway-contract.js';
import { type CaKind, crlPaths, type OrgSeat } from './layout.js';
import type { NativeNetwork } from './native-network.js';
import { ordererHeight } from './orderer-node.js';
import { peerHeight } from './peer-node.js';
import { setRevocationList } from './revocation-config.js';
import type { Step } from './steps.js';
import { persistently } from './wait.js';
import { writeDurably } from './write-durably.js';

/** Whom an organization takes its word back from, and why. */
export interface RevocationWish {
  readonly mspId: string;
  readonly id: string;
  readonly reason: RevocationReason;
}

/**
 * What it takes until nobody believes a member any more, quickest effect first. Each step looks what is done already, so
 * that all of them may be taken again wherever an earlier try ended.
 */
export function revocationSteps(network: NativeNetwork, chaincode: string, wish: RevocationWish): Step[] {
  const seat = network.seat(wish.mspId);
  insistRevocable(wish);
  let crl = '';
  let block = 0n;
  return [
    { title: 'member state on the ledger', run: () => revokeOnLedger(network, chaincode, wish) },
    { title: 'certificate authorities', run: () => revokeAtCas(seat, wish) },
    {
      title: 'lists of what is revoked',
      run: async () => {
        crl = await keepLists(seat);
        return undefined;
      },
    },
    {
      title: 'channel configuration',
      run: async () => {
        const desk = await network.configDesk(wish.mspId);
        const done = await updateConfig(desk, (config) => setRevocationList(config, wish.mspId, crl));
        block = done.block;
        return done.changed ? `block ${block}` : `as it should be since block ${block}`;
      },
    },
    { title: 'peers and orderers', run: () => untilAllHave(network, block) },
    { title: 'refused by each peer', run: () => untilRefused(network, chaincode, wish) },
  ];
}

/** Commands of Fabric's own that the steps stand for. */
export function explainRevocation(seat: OrgSeat, channel: string, { id, reason }: RevocationWish): string[] {
  const ca = `--caname identity.${seat.name} -u https://localhost:${seat.ports.ca}`;
  return [
    `peer chaincode invoke -C ${channel} -n dstore -c '{"Args":["MemberContract:SetState","{\\"id\\":\\"${id}\\",\\"state\\":\\"revoked\\"}"]}'`,
    `fabric-ca-client revoke --revoked.name ${id} --revoked.reason ${reason} ${ca}`,
    `fabric-ca-client gencrl ${ca}`,
    `peer channel fetch config config.block -c ${channel}; configtxlator proto_decode --type common.Block …`,
    `set revocation_list of ${seat.mspId}'s MSP in Application and Orderer; configtxlator compute_update …`,
    `peer channel signconfigtx …, as admin of ${seat.mspId}; peer channel update -f update.tx -c ${channel}`,
  ];
}

function insistRevocable({ mspId, id }: RevocationWish): void {
  if (id !== 'admin') return;
  throw new NetworkFault(
    `admin of ${mspId} signs its own revocation, and nobody could sign the next one`,
    'enrol another admin first, and let the other organizations update the channel',
  );
}

async function revokeOnLedger(
  network: NativeNetwork,
  chaincode: string,
  wish: RevocationWish,
): Promise<string> {
  const argument = JSON.stringify({ id: wish.id, state: 'revoked' });
  try {
    await withContract(network.seat(wish.mspId), network.shared.channel, chaincode, (contract) =>
      contract.submitTransaction('MemberContract:SetState', argument),
    );
    return 'revoked';
  } catch (error) {
    const text = reasonOf(error);
    // Who is no member of the ledger is none that it would have to forget.
    if (/(?:member|organization)-unknown/.test(text)) return 'no member of the ledger';
    throw new NetworkFault(`the ledger does not revoke ${wish.id}: ${text}`, ledgerFix, { cause: error });
  }
}

const ledgerFix = 'see with npm run network:status that the network is up; then run network:revoke again';

/** Somebody whom one CA only knows, as the TLS CA a shard door's other end, is revoked there. */
async function revokeAtCas(seat: OrgSeat, { id, reason }: RevocationWish): Promise<string> {
  const revokeAt = (kind: CaKind) =>
    atCa(seat, kind, async (ca, registrar) => {
      const known = (await ca.identities(registrar)).some((each) => each.id === id);
      return known ? (await ca.revoke(registrar, { id }, reason)).length : undefined;
    });
  const counts = [await revokeAt('identity'), await revokeAt('tls')].filter((count) => count !== undefined);
  if (counts.length === 0)
    throw new NetworkFault(`${id} is nobody whom a CA of ${seat.name} knows`, listFix(seat));
  const count = counts.reduce((sum, each) => sum + each, 0);
  return count === 0 ? 'were told before' : `${count} certificates`;
}

const listFix = (seat: OrgSeat) => `dstore identity ls --org ${seat.name} shows those there are`;

async function keepLists(seat: OrgSeat): Promise<string> {
  const paths = crlPaths(seat);
  const list = (kind: 'identity' | 'tls') => atCa(seat, kind, (ca, registrar) => ca.crl(registrar));
  const [identity, tls] = [await list('identity'), await list('tls')];
  await writeDurably(paths.tls, tls);
  await writeDurably(paths.identity, identity);
  return identity;
}

async function atCa<T>(
  seat: OrgSeat,
  kind: CaKind,
  work: (ca: FabricCa, registrar: Awaited<ReturnType<FabricCa['enroll']>>) => Promise<T>,
): Promise<T> {
  const ca = await openCa(seat, kind);
  try {
    return await work(ca, await ca.enroll('registrar', await registrarSecret(seat, kind)));
  } finally {
    ca.close();
  }
}

async function untilAllHave(network: NativeNetwork, block: bigint): Promise<string> {
  const insist = async (who: string, height: bigint | undefined) => {
    if (height === undefined || height <= block) throw new Error(`${who} has not got block ${block} yet`);
  };
  await Promise.all(
    network.seats.map((seat) =>
      persistently(async () => {
        await insist(`the peer of ${seat.name}`, await peerHeight(network.shared, seat));
        await insist(`the orderer of ${seat.name}`, await ordererHeight(network.shared, seat));
      }),
    ),
  );
  return `${network.seats.length} of each have block ${block}`;
}

/** Tried where the member's key is on this machine; elsewhere nobody but the member could try. */
async function untilRefused(
  network: NativeNetwork,
  chaincode: string,
  wish: RevocationWish,
): Promise<string> {
  const member = await network.identity(wish.mspId, wish.id).catch(() => undefined);
  if (member === undefined) return 'not tried: the key is not here';
  for (const { mspId } of network.seats)
    await persistently(async () => {
      if (!(await refuses(network, mspId, member, chaincode)))
        throw new NetworkFault(`the peer of ${mspId} still believes ${wish.id}`, ledgerFix);
    }, 10_000);
  return `${network.seats.length} peers`;
}

/** Whether an organization's peer refuses to hear somebody. */
export async function refuses(
  network: NativeNetwork,
  mspId: string,
  member: Identity,
  chaincode: string,
): Promise<boolean> {
  try {
    const argument = JSON.stringify({ kind: 'epoch', parts: [] });
    await withContract(
      network.seat(mspId),
      network.shared.channel,
      chaincode,
      (contract) => contract.evaluateTransaction('LedgerContract:Read', argument),
      member,
    );
    return false;
  } catch (error) {
    if (/access denied|creator/i.test(reasonOf(error))) return true;
    throw error;
  }
}
