import { join } from 'node:path';

import { NetworkFault } from '../fault.js';
import { runProgram } from '../program.js';
import type { Programs } from '../toolchain/index.js';
import type { Shared } from './genesis.js';
import { getOverTls } from './https.js';
import { holderFolder, type OrgSeat, tlsPaths } from './layout.js';
import { isListening } from './ports.js';
import type { ProcessSpec } from './supervisor.js';

/** Name of an organization's orderer among the processes. */
export const ordererProcess = (seat: OrgSeat) => `${seat.name}.orderer`;

/** How an organization's orderer is started: mutual TLS on all three of its ports. */
export function ordererSpec(programs: Programs, shared: Shared, seat: OrgSeat): ProcessSpec {
  const { ports } = seat;
  const folder = holderFolder(seat, 'orderer');
  const tlsRoot = tlsPaths(seat, 'orderer').root;
  return {
    name: ordererProcess(seat),
    program: programs.orderer,
    args: ['start'],
    cwd: folder,
    ports: [ports.orderer, ports.ordererAdmin, ports.ordererOperations],
    env: {
      FABRIC_CFG_PATH: shared.config,
      FABRIC_LOGGING_SPEC: 'info:grpc,comm.grpc.server,orderer.common.broadcast=error',
      ORDERER_GENERAL_LISTENADDRESS: '127.0.0.1',
      ORDERER_GENERAL_LISTENPORT: String(ports.orderer),
      ORDERER_GENERAL_LOCALMSPID: seat.mspId,
      ORDERER_GENERAL_LOCALMSPDIR: join(folder, 'msp'),
      ORDERER_GENERAL_BOOTSTRAPMETHOD: 'none',
      ORDERER_GENERAL_BACKOFF_MAXDELAY: '5s',
      // Gateways ping every 10 s; the default allows a ping a minute and hangs up on them.
      ORDERER_GENERAL_KEEPALIVE_SERVERMININTERVAL: '5s',
      // With mutual TLS the default, `consensus`, leaves an orderer that was away behind for good.
      ORDERER_GENERAL_CLUSTER_REPLICATIONPOLICY: 'simple',
      // A full buffer drops messages; each dropped one sends an orderer off to synchronize.
      ORDERER_GENERAL_CLUSTER_SENDBUFFERSIZE: '2000',
      ...mutualTls('ORDERER_GENERAL_TLS', seat, tlsRoot),
      ORDERER_GENERAL_TLS_ROOTCAS: `[${tlsRoot}]`,
      ORDERER_FILELEDGER_LOCATION: join(folder, 'ledger'),
      ORDERER_CONSENSUS_WALDIR: join(folder, 'wal'),
      ORDERER_CONSENSUS_SNAPDIR: join(folder, 'snapshots'),
      ORDERER_CHANNELPARTICIPATION_ENABLED: 'true',
      ORDERER_ADMIN_LISTENADDRESS: `127.0.0.1:${ports.ordererAdmin}`,
      ...mutualTls('ORDERER_ADMIN_TLS', seat, seat.adminRoot),
      ORDERER_OPERATIONS_LISTENADDRESS: `127.0.0.1:${ports.ordererOperations}`,
      ...mutualTls('ORDERER_OPERATIONS_TLS', seat, seat.adminRoot),
      ORDERER_METRICS_PROVIDER: 'prometheus',
    },
  };
}

/** Orderers want brackets around lists. */
function mutualTls(prefix: string, seat: OrgSeat, clientRoot: string): Record<string, string> {
  const { certificate, key } = tlsPaths(seat, 'orderer');
  return {
    [`${prefix}_ENABLED`]: 'true',
    [`${prefix}_CERTIFICATE`]: certificate,
    [`${prefix}_PRIVATEKEY`]: key,
    [`${prefix}_CLIENTAUTHREQUIRED`]: 'true',
    [`${prefix}_CLIENTROOTCAS`]: `[${clientRoot}]`,
  };
}

/** Whether the orderer calls itself healthy, and takes transactions and its administrator's calls. */
export async function isOrdererHealthy(seat: OrgSeat): Promise<boolean> {
  const path = tlsPaths(seat, 'operator');
  const { status } = await getOverTls(seat.ports.ordererOperations, '/healthz', path);
  return status === 200 && (await isListening(seat.ports.ordererAdmin)) && isListening(seat.ports.orderer);
}

/** Joins the orderer to the channel, if it has not. */
export async function joinOrderer(programs: Programs, shared: Shared, seat: OrgSeat): Promise<void> {
  const { certificate, key, root } = tlsPaths(seat, 'operator');
  const { stdout } = await runProgram(programs.osnadmin, [
    ...['channel', 'join', '--channelID', shared.channel, '--config-block', shared.genesisBlock],
    ...['--orderer-address', `localhost:${seat.ports.ordererAdmin}`],
    ...['--ca-file', root, '--client-cert', certificate, '--client-key', key],
  ]);
  // Its exit code is 0 whatever the orderer says.
  const isJoined = /^Status: 201/m.test(stdout) || /channel already exists/.test(stdout);
  if (!isJoined)
    throw new NetworkFault(
      `the orderer of ${seat.name} does not join ${shared.channel}: ${stdout.trim()}`,
      'read its log with npm run network:logs',
    );
}

/** What the orderer says of the channel: blocks that it has. Rejects when it does not answer. */
export async function ordererHeight(shared: Shared, seat: OrgSeat): Promise<bigint> {
  const path = `/participation/v1/channels/${shared.channel}`;
  const { text } = await getOverTls(seat.ports.ordererAdmin, path, tlsPaths(seat, 'operator'));
  const { height } = JSON.parse(text) as { height: number };
  return BigInt(height);
}

/** Whether the orderer leads the others in ordering the channel, as it says itself. */
export async function isLeading(shared: Shared, seat: OrgSeat): Promise<boolean> {
  const { text } = await getOverTls(seat.ports.ordererOperations, '/metrics', tlsPaths(seat, 'operator'));
  return text.includes(`consensus_BFT_is_leader{channel="${shared.channel}"} 1\n`);
}
