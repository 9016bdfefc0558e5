import { readyToolchain } from '../toolchain/index.js';
import type { CommandContext } from './place.js';

/** Finds or builds the servers and prints where each is. */
export async function build({ environment, say, print }: CommandContext): Promise<number> {
  const { programs } = await readyToolchain(environment, say);
  for (const [name, path] of Object.entries(programs)) print(`${name.padEnd(18)}${path}`);
  return 0;
}
