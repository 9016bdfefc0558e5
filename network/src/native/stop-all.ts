import type { Supervisor } from './supervisor.js';

/** Who starts others again goes first, then who calls before who is called, so that nobody waits for a dead one. */
const order = ['network.watch', '.gateway', '.provider', '.kubo.', '.chaincode.', '.peer', '.orderer', '.ca'];

/** Stops every process that a supervisor knows. Answers how many there were. */
export async function stopAll(supervisor: Supervisor): Promise<number> {
  const names = await supervisor.names();
  for (const part of order) {
    const next = names.filter((name) => name.includes(part));
    await Promise.all(next.map((name) => supervisor.stop(name)));
  }
  return names.length;
}
