import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { type ChaincodePackage, chaincodePort, type Law } from './chaincode-package.js';
import { type OrgSeat, tlsPaths } from './layout.js';
import type { ProcessSpec } from './supervisor.js';

/** Name of a law's server among the processes of an organization. */
export const chaincodeProcess = (seat: OrgSeat, law: Law) => `${seat.name}.chaincode.${law.label}`;

const launcher = join(dirname(createRequire(import.meta.url).resolve('fabric-shim')), 'cli.js');

/** How a law's server is started for the peer that has this package. */
export function chaincodeSpec(seat: OrgSeat, law: Law, { id, clientRoot }: ChaincodePackage): ProcessSpec {
  const { certificate, key } = tlsPaths(seat, 'chaincode');
  const port = chaincodePort(seat, law);
  return {
    name: chaincodeProcess(seat, law),
    program: process.execPath,
    args: [launcher, 'server'],
    cwd: law.folder,
    ports: [port],
    env: {
      CORE_CHAINCODE_ID: id,
      CORE_CHAINCODE_ADDRESS: `127.0.0.1:${port}`,
      CORE_CHAINCODE_TLS_CERT_FILE: certificate,
      CORE_CHAINCODE_TLS_KEY_FILE: key,
      CORE_CHAINCODE_TLS_CLIENT_CACERT_FILE: clientRoot,
      CORE_CHAINCODE_LOGGING_LEVEL: 'INFO',
    },
  };
}
