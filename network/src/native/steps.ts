import type { Say } from '../toolchain/index.js';

/** A step on the way up: looks what is there, does what is missing, may say in a few words what it did. */
export interface Step {
  readonly title: string;
  readonly run: () => Promise<string | undefined>;
}

/** Takes steps one after another and says how long each took. Answers the milliseconds in all. */
export async function takeSteps(steps: readonly Step[], say: Say): Promise<number> {
  const began = performance.now();
  for (const { title, run } of steps) {
    const from = performance.now();
    const done = await run();
    say(`${title.padEnd(34)}${seconds(performance.now() - from)}${done === undefined ? '' : `  ${done}`}`);
  }
  const total = performance.now() - began;
  say(`${'in all'.padEnd(34)}${seconds(total)}`);
  return total;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1).padStart(6)} s`;
