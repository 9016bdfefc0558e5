import type { Params, Row } from '@dstore/chaincode/domain';

/** What a keeper knows when it asks what is due; protocol section 8. */
export interface TurnView {
  readonly epoch: Pick<Row<'epoch'>, 'number' | 'phase' | 'openedAt'>;
  readonly params: Pick<Params, 'epochLengthSeconds' | 'revealLengthSeconds' | 'revealGraceSeconds'>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Active organizations, each with one reveal per epoch. */
  readonly organizations: number;
  /** How many of them revealed for the next epoch. */
  readonly revealed: number;
  /** Whether this keeper could still reveal for the next epoch. */
  readonly revealOwed: boolean;
}

/** One step towards the next epoch, named by the epoch that it leads to, or how long nothing is due. */
export type Turn =
  | { readonly step: 'begin-reveal'; readonly next: bigint }
  | { readonly step: 'reveal'; readonly next: bigint }
  | { readonly step: 'open'; readonly next: bigint }
  | { readonly step: 'wait'; readonly milliseconds: number };

/** How long to wait for a reveal that may come at any time. */
const revealPollMilliseconds = 1000;

/** What a keeper has to do now. */
export function dueTurn(view: TurnView): Turn {
  const next = view.epoch.number + 1n;
  if (view.epoch.phase === 'open') {
    const wait = untilSecond(view, view.params.epochLengthSeconds - view.params.revealLengthSeconds);
    return wait > 0 ? { step: 'wait', milliseconds: wait } : { step: 'begin-reveal', next };
  }
  if (view.revealOwed) return { step: 'reveal', next };
  const wait = untilOpen(view);
  return wait > 0 ? { step: 'wait', milliseconds: wait } : { step: 'open', next };
}

/** Milliseconds until the next epoch may open with the reveals there are; a poll while a majority is missing. */
function untilOpen(view: TurnView): number {
  const length = view.params.epochLengthSeconds;
  if (view.revealed >= view.organizations) return untilSecond(view, length);
  const grace = untilSecond(view, length + view.params.revealGraceSeconds);
  const majority = view.revealed > view.organizations / 2;
  if (majority) return Math.min(grace, Math.max(revealPollMilliseconds, untilSecond(view, length)));
  return Math.max(revealPollMilliseconds, untilSecond(view, length));
}

/** Milliseconds until so many seconds after the opening of this epoch; not positive when that has passed. */
function untilSecond(view: TurnView, seconds: bigint): number {
  return Number((view.epoch.openedAt + seconds) * 1000n) - view.now;
}
