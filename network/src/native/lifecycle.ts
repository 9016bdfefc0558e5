import { NetworkFault } from '../fault.js';
import { ProgramFailed } from '../program.js';
import type { ChaincodePackage } from './chaincode-package.js';
import type { Shared } from './genesis.js';
import { type OrgSeat } from './layout.js';
import type { PeerCommand } from './peer-command.js';
import { persistently } from './wait.js';

/** An organization with what it needs to take part in a definition. */
export interface LifecycleMember {
  readonly seat: OrgSeat;
  readonly command: PeerCommand;
  readonly packaged: ChaincodePackage;
}

/** A chaincode's definition as members approve and commit it. */
export interface Definition {
  readonly name: string;
  readonly version: string;
  readonly sequence: number;
}

/** Makes a package known to the organization's peer. */
export function install({ command, packaged }: LifecycleMember): Promise<void> {
  return command.runOnce(
    ['lifecycle', 'chaincode', 'install', packaged.path],
    /chaincode already successfully installed/,
  );
}

/** Approves and commits a definition, as far as that has not happened. Peers must have installed their packages. */
export async function define(
  shared: Shared,
  members: readonly LifecycleMember[],
  definition: Definition,
): Promise<void> {
  const approvals = await approvalsOf(shared, members, definition);
  const missing = members.filter(({ seat }) => approvals?.[seat.mspId] !== true);
  await Promise.all(missing.map((member) => approve(shared, member, definition)));
  if (approvals === undefined) await commit(shared, members, definition);
}

/** Who approved the definition that is committed; undefined when none is. Throws when another sequence is. */
async function approvalsOf(
  { channel }: Shared,
  [first]: readonly LifecycleMember[],
  { name, sequence }: Definition,
): Promise<Readonly<Record<string, boolean>> | undefined> {
  const query = ['lifecycle', 'chaincode', 'querycommitted', '--channelID', channel, '--name', name];
  const answer = await first?.command.run([...query, '--output', 'json']).catch((error: unknown) => {
    if (error instanceof ProgramFailed && /namespace \S+ is not defined/.test(error.output)) return undefined;
    throw error;
  });
  if (answer === undefined) return undefined;
  const committed = JSON.parse(answer) as { sequence: number; approvals: Record<string, boolean> };
  if (committed.sequence === sequence) return committed.approvals;
  throw new NetworkFault(
    `${name} is committed in sequence ${committed.sequence}, not ${sequence}`,
    'this network was upgraded; bring it up with the version that upgraded it',
  );
}

function approve(
  shared: Shared,
  { command, packaged }: LifecycleMember,
  definition: Definition,
): Promise<void> {
  const args = [...command.ordererArguments(), ...definitionArguments(shared, definition)];
  const approval = ['lifecycle', 'chaincode', 'approveformyorg', ...args, '--package-id', packaged.id];
  return persistently(() => command.runOnce(approval, /with unchanged content/));
}

function commit(shared: Shared, members: readonly LifecycleMember[], definition: Definition): Promise<void> {
  const [first] = members;
  if (first === undefined) return Promise.resolve();
  const args = [...first.command.ordererArguments(), ...definitionArguments(shared, definition)];
  const peers = members.flatMap(({ seat }) => [
    ...['--peerAddresses', `localhost:${seat.ports.peer}`, '--tlsRootCertFiles', seat.tlsRoot],
  ]);
  const next = new RegExp(`new definition must be sequence ${definition.sequence + 1}`);
  const command = ['lifecycle', 'chaincode', 'commit', ...args, ...peers];
  return persistently(() => first.command.runOnce(command, next));
}

function definitionArguments({ channel }: Shared, { name, version, sequence }: Definition): string[] {
  const definition = ['--name', name, '--version', version, '--sequence', String(sequence)];
  return ['--channelID', channel, ...definition];
}
