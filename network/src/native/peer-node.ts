import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Programs } from '../toolchain/index.js';
import type { Shared } from './genesis.js';
import { getOverTls } from './https.js';
import { holderFolder, type OrgSeat, tlsPaths } from './layout.js';
import { isListening } from './ports.js';
import type { ProcessSpec } from './supervisor.js';

/** Name of an organization's peer among the processes. */
export const peerProcess = (seat: OrgSeat) => `${seat.name}.peer`;

const builder = fileURLToPath(new URL('../../builder', import.meta.url));

/** How an organization's peer is started; `timeWindowSeconds` is how far a client's clock may be off. */
export function peerSpec(
  programs: Programs,
  shared: Shared,
  seat: OrgSeat,
  timeWindowSeconds: number,
): ProcessSpec {
  const { ports } = seat;
  const folder = holderFolder(seat, 'peer');
  const { certificate, key, root } = tlsPaths(seat, 'peer');
  const address = `localhost:${ports.peer}`;
  return {
    name: peerProcess(seat),
    program: programs.peer,
    args: ['node', 'start'],
    cwd: folder,
    ports: [ports.peer, ports.peerChaincode, ports.peerOperations],
    env: {
      FABRIC_CFG_PATH: shared.config,
      FABRIC_LOGGING_SPEC: 'warn',
      CORE_PEER_ID: `peer.${seat.name}`,
      CORE_PEER_LOCALMSPID: seat.mspId,
      CORE_PEER_MSPCONFIGPATH: join(folder, 'msp'),
      CORE_PEER_LISTENADDRESS: `127.0.0.1:${ports.peer}`,
      CORE_PEER_ADDRESS: address,
      CORE_PEER_CHAINCODELISTENADDRESS: `127.0.0.1:${ports.peerChaincode}`,
      CORE_PEER_CHAINCODEADDRESS: `localhost:${ports.peerChaincode}`,
      CORE_PEER_FILESYSTEMPATH: join(folder, 'ledger'),
      CORE_LEDGER_SNAPSHOTS_ROOTDIR: join(folder, 'snapshots'),
      CORE_PEER_TLS_ENABLED: 'true',
      CORE_PEER_TLS_CERT_FILE: certificate,
      CORE_PEER_TLS_KEY_FILE: key,
      CORE_PEER_TLS_ROOTCERT_FILE: root,
      CORE_PEER_TLS_CLIENTAUTHREQUIRED: 'true',
      // Peers want lists without brackets, orderers with them.
      CORE_PEER_TLS_CLIENTROOTCAS_FILES: root,
      CORE_PEER_GOSSIP_BOOTSTRAP: address,
      CORE_PEER_GOSSIP_ENDPOINT: address,
      CORE_PEER_GOSSIP_EXTERNALENDPOINT: address,
      // With the defaults peers that were restarted together find each other after 25 s, and endorse nothing till then.
      CORE_PEER_GOSSIP_RECONNECTINTERVAL: '2s',
      CORE_PEER_GOSSIP_ALIVETIMEINTERVAL: '2s',
      CORE_PEER_GOSSIP_ALIVEEXPIRATIONTIMEOUT: '10s',
      CORE_PEER_GOSSIP_MEMBERSHIPTRACKERINTERVAL: '2s',
      CORE_PEER_AUTHENTICATION_TIMEWINDOW: `${timeWindowSeconds}s`,
      CORE_PEER_DELIVERYCLIENT_RECONNECTBACKOFFTHRESHOLD: '30s',
      // Gateways ping each other's peers every 10 s; a server that allows less hangs up on them every 40 s.
      CORE_PEER_KEEPALIVE_MININTERVAL: '5s',
      CORE_PEER_LIMITS_CONCURRENCY_GATEWAYSERVICE: '2000',
      CORE_OPERATIONS_LISTENADDRESS: `127.0.0.1:${ports.peerOperations}`,
      CORE_OPERATIONS_TLS_ENABLED: 'true',
      CORE_OPERATIONS_TLS_CERT_FILE: certificate,
      CORE_OPERATIONS_TLS_KEY_FILE: key,
      CORE_OPERATIONS_TLS_CLIENTAUTHREQUIRED: 'true',
      CORE_OPERATIONS_TLS_CLIENTROOTCAS_FILES: seat.adminRoot,
      CORE_METRICS_PROVIDER: 'prometheus',
      // No Docker: chaincode runs as a service of its own.
      CORE_VM_ENDPOINT: '',
      CORE_CHAINCODE_EXTERNALBUILDERS: JSON.stringify([{ name: 'ccaas', path: builder }]),
    },
  };
}

/** Whether the peer calls itself healthy and takes calls, which it does later; its gateway may need seconds more. */
export async function isPeerHealthy(seat: OrgSeat): Promise<boolean> {
  const path = tlsPaths(seat, 'operator');
  const { status } = await getOverTls(seat.ports.peerOperations, '/healthz', path);
  return status === 200 && isListening(seat.ports.peer);
}

/** Blocks that the peer has of the channel. Rejects when it does not answer. */
export async function peerHeight(shared: Shared, seat: OrgSeat): Promise<bigint | undefined> {
  const { text } = await getOverTls(seat.ports.peerOperations, '/metrics', tlsPaths(seat, 'operator'));
  const line = new RegExp(`^ledger_blockchain_height\\{channel="${shared.channel}"\\} (\\S+)$`, 'm').exec(
    text,
  );
  return line?.[1] === undefined ? undefined : BigInt(Number(line[1]));
}
