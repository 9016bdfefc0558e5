import { conditionsHold } from '@dstore/application/core/conditions.js';
import assert from 'node:assert/strict';

describe('conditions', () => {
  it('S-15 hold as RFC 9110 section 13.1 says, for every pair of them and every state of the object', () => {
    const tags = [undefined, '*', [], ['a'], ['b'], ['b', 'a']] as const;
    for (const ifMatch of tags) {
      for (const ifNoneMatch of tags) {
        for (const current of [undefined, 'a', 'c']) {
          const named = (list: (typeof tags)[number]) =>
            current !== undefined && (list === '*' || (list ?? []).some((tag) => tag === current));
          const wanted =
            (ifMatch === undefined || named(ifMatch)) && !(ifNoneMatch !== undefined && named(ifNoneMatch));
          const conditions = {
            ...(ifMatch === undefined ? {} : { ifMatch }),
            ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
          };
          assert.equal(conditionsHold(conditions, current), wanted, JSON.stringify([conditions, current]));
        }
      }
    }
  });

  it('S-15 let `*` create only what is not there', () => {
    assert.equal(conditionsHold({ ifNoneMatch: '*' }, undefined), true);
    assert.equal(conditionsHold({ ifNoneMatch: '*' }, 'a'), false);
    assert.equal(conditionsHold({ ifMatch: '*' }, undefined), false);
  });
});
