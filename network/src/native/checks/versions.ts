import { runProgram } from '../../program.js';
import { parts } from '../../toolchain/index.js';
import { findVersion, formatVersion, isWithin } from '../../toolchain/version.js';
import { fail, type Flaw, type Outcome, type Point } from './point.js';

/** A program's version and those that fit: from `lowest` up to, and without, `below`. */
export interface ProgramVersion {
  readonly name: string;
  /** What it answered when it was asked. */
  readonly answer: string;
  readonly lowest: string;
  readonly below: string;
}

/** node:sqlite and the gateway's client want it. */
const node = { name: 'Node', lowest: '24.0.0', below: '25.0.0' };

/** Point 1: Node and the servers are of versions that were tried. */
export const versions: Point = {
  number: 1,
  title: 'versions',
  look: async ({ network }) => {
    const { programs } = network.options.toolchain;
    const env = { FABRIC_CFG_PATH: network.shared.config };
    const asked = parts.map(async ({ title, version, below, ask: [name, argument] }) => {
      const { stdout, stderr } = await runProgram(programs[name], [argument], { env });
      return { name: title, answer: `${stdout}\n${stderr}`, lowest: version, below };
    });
    return judgeVersions([{ ...node, answer: process.version.slice(1) }, ...(await Promise.all(asked))]);
  },
};

/** Says which programs are too old, too new or say nothing. */
export function judgeVersions(found: readonly ProgramVersion[]): Outcome {
  const seen = found.map((program) => ({ ...program, version: findVersion(program.answer) }));
  const flaws = seen.flatMap(({ name, version, lowest, below }): Flaw[] => {
    if (version !== undefined && isWithin(version, lowest, below)) return [];
    const is = version === undefined ? 'of an unknown version' : formatVersion(version);
    const fix = `use ${lowest} or newer below ${below}; npm run network:build makes the servers`;
    return [fail(`${name} is ${is}`, fix)];
  });
  const says = seen.map(
    ({ name, version }) => `${name} ${version === undefined ? '?' : formatVersion(version)}`,
  );
  return { says: says.join(', '), flaws };
}
