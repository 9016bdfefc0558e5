import { join } from 'node:path';

import { ProgramFailed, runProgram } from '../program.js';
import type { Programs } from '../toolchain/index.js';
import type { Shared } from './genesis.js';
import { holderFolder, type OrgSeat, tlsPaths } from './layout.js';

/** The `peer` command as an organization's admin, towards the organization's own peer. */
export class PeerCommand {
  readonly #programs: Programs;
  readonly #shared: Shared;
  readonly #seat: OrgSeat;

  constructor(programs: Programs, shared: Shared, seat: OrgSeat) {
    this.#programs = programs;
    this.#shared = shared;
    this.#seat = seat;
  }

  /** Runs it; answers standard output. Rejects with ProgramFailed. */
  async run(args: readonly string[]): Promise<string> {
    const options = { env: this.#environment(), cwd: this.#seat.folder };
    return (await runProgram(this.#programs.peer, args, options)).stdout;
  }

  /** Runs what may have been done before; a failure that says so counts as success. */
  async runOnce(args: readonly string[], already: RegExp): Promise<void> {
    try {
      await this.run(args);
    } catch (error) {
      if (!(error instanceof ProgramFailed && already.test(error.output))) throw error;
    }
  }

  /** Arguments by which it finds the organization's orderer. */
  ordererArguments(): string[] {
    const { certificate, key, root } = tlsPaths(this.#seat, 'admin');
    const address = ['--orderer', `localhost:${this.#seat.ports.orderer}`];
    return [
      ...address,
      '--tls',
      '--cafile',
      root,
      '--clientauth',
      '--certfile',
      certificate,
      '--keyfile',
      key,
    ];
  }

  #environment(): Record<string, string> {
    const { certificate, key, root } = tlsPaths(this.#seat, 'admin');
    return {
      FABRIC_CFG_PATH: this.#shared.config,
      FABRIC_LOGGING_SPEC: 'error',
      CORE_PEER_LOCALMSPID: this.#seat.mspId,
      CORE_PEER_MSPCONFIGPATH: join(holderFolder(this.#seat, 'admin'), 'msp'),
      CORE_PEER_ADDRESS: `localhost:${this.#seat.ports.peer}`,
      CORE_PEER_TLS_ENABLED: 'true',
      CORE_PEER_TLS_ROOTCERT_FILE: root,
      CORE_PEER_TLS_CLIENTAUTHREQUIRED: 'true',
      CORE_PEER_TLS_CLIENTCERT_FILE: certificate,
      CORE_PEER_TLS_CLIENTKEY_FILE: key,
    };
  }
}
