import type { Law } from '@dstore/network/native';
import { chaincodeProcess, chaincodeSpec } from '@dstore/network/native/chaincode-server.js';
import { keepPackage } from '@dstore/network/native/chaincode-package.js';
import { ownLaw } from '@dstore/network/commands/place.js';
import { isListening } from '@dstore/network/native/ports.js';
import { untilReady } from '@dstore/network/native/wait.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { ConsortiumOfProcesses } from './consortium-of-processes.js';

const law = createRequire(import.meta.url);

/** This repository's law, but for one thing: every proof is good. */
async function forgedLaw(folder: string): Promise<Law> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'forged', main: 'index.js' }));
  const [proof, main] = ['@dstore/chaincode/domain/proof.js', '@dstore/chaincode'].map((name) =>
    JSON.stringify(law.resolve(name)),
  );
  const text = `require(${proof}).judge = () => ({ reason: undefined, cured: [] });
exports.contracts = require(${main}).contracts;
`;
  await writeFile(join(folder, 'index.js'), text);
  return { ...ownLaw(), folder };
}

/** Lets an organization's peer ask a forged law, under the very package that was approved; answers how to undo it. */
export async function forge(
  { network }: ConsortiumOfProcesses,
  msp: string,
): Promise<{ undo: () => Promise<void> }> {
  const seat = network.seat(msp);
  const swap = async (to: Law) => {
    const name = chaincodeProcess(seat, to);
    await network.supervisor.stop(name);
    await network.supervisor.start(chaincodeSpec(seat, to, await keepPackage(seat, to)));
    await untilReady(network.supervisor, name, () => isListening(seat.ports.chaincode + to.slot));
  };
  await swap(await forgedLaw(join(seat.folder, 'forged')));
  return { undo: () => swap(ownLaw()) };
}
