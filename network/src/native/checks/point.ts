import { NetworkFault } from '../../fault.js';
import type { Ground } from './ground.js';

/** Something that is not as it should be, and what to do about it. */
export interface Flaw {
  /** `warn`: it works and will not for long, or is less safe than meant. */
  readonly state: 'warn' | 'fail';
  readonly says: string;
  readonly fix: string;
}

/** What a look brought: what was seen, with the flaws in it; or why nobody looked. */
export type Outcome =
  { readonly says: string; readonly flaws: readonly Flaw[] } | { readonly skipped: string };

/** One of the things that a network administrator wants to know. */
export interface Point {
  readonly number: number;
  readonly title: string;
  readonly look: (ground: Ground) => Promise<Outcome>;
}

/** A point after somebody looked. */
export interface Finding {
  readonly number: number;
  readonly title: string;
  readonly state: 'ok' | 'warn' | 'fail' | 'skipped';
  /** What was seen, or why nobody looked. */
  readonly says: string;
  readonly flaws: readonly Flaw[];
}

/** A flaw that stops something now. */
export const fail = (says: string, fix: string): Flaw => ({ state: 'fail', says, fix });

/** A flaw that stops nothing yet. */
export const warn = (says: string, fix: string): Flaw => ({ state: 'warn', says, fix });

/** Looks at a point; a look that fails is a flaw of what was looked at. */
export async function examine({ number, title, look }: Point, ground: Ground): Promise<Finding> {
  const outcome = await look(ground).catch((error: unknown) => ({
    says: 'could not be seen',
    flaws: [unseen(error)],
  }));
  if ('skipped' in outcome) return { number, title, state: 'skipped', says: outcome.skipped, flaws: [] };
  const { says, flaws } = outcome;
  const states = flaws.map(({ state }) => state);
  const state = states.includes('fail') ? 'fail' : states.includes('warn') ? 'warn' : 'ok';
  return { number, title, state, says, flaws };
}

function unseen(error: unknown): Flaw {
  const says = error instanceof Error ? error.message : String(error);
  const fix = error instanceof NetworkFault ? error.fix : 'bring the network up with npm run network:up';
  return fail(says, fix);
}
