import { insist } from './refusal.js';
import type { Params, Row } from './rows.js';

type Epoch = Row<'epoch'>;

/** Smallest number that is a majority of so many. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** The epoch that a commit's content counts under: once reveals have begun, the next (protocol section 8). */
export function contentEpoch(epoch: Epoch): bigint {
  return epoch.phase === 'open' ? epoch.number : epoch.number + 1n;
}

/** When reveals of an epoch may begin, in seconds since 1970. */
export function revealFrom(epoch: Epoch, params: Params): bigint {
  return epoch.openedAt + params.epochLengthSeconds - params.revealLengthSeconds;
}

/** When the next epoch may open: `full` with all reveals in, `partial` with a majority of them. */
export function openFrom(epoch: Epoch, params: Params): { readonly full: bigint; readonly partial: bigint } {
  const full = epoch.openedAt + params.epochLengthSeconds;
  return { full, partial: full + params.revealGraceSeconds };
}

/** The row after the revealing phase has begun, or `epoch-not-due`. */
export function begunReveal(epoch: Epoch, number: bigint, params: Params, now: bigint): Epoch {
  insist(
    epoch.number === number && epoch.phase === 'open',
    'epoch-not-due',
    `epoch ${epoch.number} is ${epoch.phase}`,
  );
  insist(
    now >= revealFrom(epoch, params),
    'epoch-not-due',
    `reveals begin in ${revealFrom(epoch, params) - now} s`,
  );
  return { ...epoch, phase: 'revealing' };
}

/** Checks that the next epoch may open now with these organizations' reveals in; answers who withheld. */
export function checkOpening(
  epoch: Epoch,
  number: bigint,
  params: Params,
  now: bigint,
  organizations: readonly string[],
  revealed: readonly string[],
): string[] {
  insist(
    number === epoch.number + 1n && epoch.phase === 'revealing',
    'epoch-not-due',
    `epoch ${epoch.number} is ${epoch.phase}`,
  );
  const { full, partial } = openFrom(epoch, params);
  insist(now >= full, 'epoch-not-due', `epoch ${number} may open in ${full - now} s`);
  const withheld = organizations.filter((msp) => !revealed.includes(msp));
  const enough = organizations.length - withheld.length >= majorityOf(organizations.length);
  insist(
    withheld.length === 0 || (now >= partial && enough),
    'reveals-missing',
    `not revealed yet: ${withheld.join(', ')}`,
  );
  return withheld;
}
