import { spawn } from 'node:child_process';

import { NetworkFault } from '../fault.js';
import { keepPackage } from '../native/chaincode-package.js';
import { chaincodeSpec } from '../native/chaincode-server.js';
import { seatOf } from '../native/layout.js';
import { type CommandContext, networkFolder, organizations, ownLaw } from './place.js';

/** Runs the chaincode server of the named organization in this process' place: what a container does. */
export async function serveLaw({ environment, args }: CommandContext): Promise<number> {
  const [name] = args;
  const org = (await organizations(environment)).find((known) => known.name === name);
  if (org === undefined) throw new NetworkFault(`there is no organization ${name ?? ''}`, 'name one');
  const seat = seatOf(networkFolder(environment), org);
  const law = ownLaw();
  const { program, args: launch, cwd, env } = chaincodeSpec(seat, law, await keepPackage(seat, law));
  const child = spawn(program, launch, { cwd, env: { PATH: process.env['PATH'], ...env }, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('exit', (code) => resolve(code ?? 1));
  });
}
