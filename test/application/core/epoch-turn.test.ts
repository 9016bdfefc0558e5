import assert from 'node:assert/strict';

import { dueTurn, type TurnView } from '@dstore/application/core/epoch-turn.js';
import fc from 'fast-check';

const openedAt = 1_800_000_000n;
const at = (seconds: number) => (Number(openedAt) + seconds) * 1000;

const view = (change: Partial<TurnView> & { phase?: 'open' | 'revealing' }): TurnView => ({
  epoch: { number: 7n, phase: change.phase ?? 'open', openedAt },
  params: { epochLengthSeconds: 20n, revealLengthSeconds: 5n, revealGraceSeconds: 4n },
  now: at(0),
  organizations: 6,
  revealed: 0,
  revealOwed: true,
  ...change,
});

describe('epoch turn', () => {
  const revealing = { phase: 'revealing', revealOwed: false } as const;
  const table: [string, TurnView, ReturnType<typeof dueTurn>][] = [
    ['waits for the revealing phase', view({ now: at(3) }), { step: 'wait', milliseconds: 12_000 }],
    ['waits to the last millisecond', view({ now: at(15) - 1 }), { step: 'wait', milliseconds: 1 }],
    ['begins revealing on the second', view({ now: at(15) }), { step: 'begin-reveal', next: 8n }],
    [
      'begins revealing after three days off',
      view({ now: at(3 * 86_400) }),
      { step: 'begin-reveal', next: 8n },
    ],
    [
      'reveals as soon as revealing began',
      view({ phase: 'revealing', now: at(15) }),
      { step: 'reveal', next: 8n },
    ],
    [
      'reveals late rather than never',
      view({ phase: 'revealing', now: at(90) }),
      { step: 'reveal', next: 8n },
    ],
    [
      'waits for the end of the epoch when all revealed',
      view({ ...revealing, now: at(16), revealed: 6 }),
      { step: 'wait', milliseconds: 4000 },
    ],
    [
      'opens on the second when all revealed',
      view({ ...revealing, now: at(20), revealed: 6 }),
      { step: 'open', next: 8n },
    ],
    [
      'waits out the grace when a majority revealed',
      view({ ...revealing, now: at(23.5), revealed: 4 }),
      { step: 'wait', milliseconds: 500 },
    ],
    [
      'looks again every second for the missing reveals',
      view({ ...revealing, now: at(20), revealed: 4 }),
      { step: 'wait', milliseconds: 1000 },
    ],
    [
      'opens after the grace with a majority',
      view({ ...revealing, now: at(24), revealed: 4 }),
      { step: 'open', next: 8n },
    ],
    [
      'never opens with half of the reveals',
      view({ ...revealing, now: at(9000), revealed: 3 }),
      { step: 'wait', milliseconds: 1000 },
    ],
  ];
  for (const [title, given, expected] of table)
    it(title, () => {
      assert.deepEqual(dueTurn(given), expected);
    });

  it('never acts before the law allows, and never waits when something is due', () => {
    const views = fc.record({
      now: fc.integer({ min: at(-5), max: at(60) }),
      organizations: fc.integer({ min: 1, max: 9 }),
      phase: fc.constantFrom('open' as const, 'revealing' as const),
      revealOwed: fc.boolean(),
      missing: fc.nat(9),
    });
    fc.assert(
      fc.property(views, (drawn) => {
        const revealed = Math.max(0, drawn.organizations - drawn.missing);
        const turn = dueTurn(view({ ...drawn, revealed }));
        const seconds = (drawn.now - at(0)) / 1000;
        const all = revealed === drawn.organizations;
        const lawful =
          drawn.phase === 'open'
            ? seconds >= 15
            : drawn.revealOwed || (all ? seconds >= 20 : 2 * revealed > drawn.organizations && seconds >= 24);
        assert.equal(turn.step !== 'wait', lawful);
        if (turn.step === 'wait') assert.ok(turn.milliseconds > 0);
      }),
    );
  });
});
