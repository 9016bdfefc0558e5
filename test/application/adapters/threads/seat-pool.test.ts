import assert from 'node:assert/strict';

import { SeatPool } from '@dstore/application/adapters/threads/seat-pool.js';

const page = 65_536;

describe('SeatPool', () => {
  it('gives the memory back that it was given, to the next of that size', async () => {
    const pool = new SeatPool(4 * page);
    const place = await pool.take(page);
    pool.give(place);
    assert.equal(await pool.take(page), place);
    assert.equal(pool.bytes, page);
  });

  it('seats in the order in which they came, within its budget', async () => {
    const pool = new SeatPool(2 * page);
    const [first, second] = [await pool.take(page), await pool.take(page)];
    const order: string[] = [];
    const third = pool.take(2 * page).then((place) => (order.push('third'), place));
    const fourth = pool.take(page).then((place) => (order.push('fourth'), place));
    pool.give(first);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(order, []);
    pool.give(second);
    pool.give(await third);
    pool.give(await fourth);
    assert.deepEqual(order, ['third', 'fourth']);
    assert.equal(pool.takenCount, 0);
  });

  it('lets go of free memory of another size when the budget asks for it, and says so', async () => {
    const dropped: number[] = [];
    const pool = new SeatPool(2 * page, { dropped: (placeId) => dropped.push(placeId) });
    const small = await pool.take(page);
    pool.give(small);
    const large = await pool.take(2 * page);
    assert.deepEqual(dropped, [small.id]);
    assert.equal(pool.bytes, 2 * page);
    pool.give(large);
  });

  it('seats a stripe larger than its budget when that is alone', async () => {
    const pool = new SeatPool(2 * page);
    const other = await pool.take(page);
    const huge = pool.take(5 * page);
    pool.give(other);
    const place = await huge;
    assert.equal(place.memory.buffer.byteLength, 5 * page);
    pool.give(place);
    pool.give(await pool.take(page));
    assert.equal(pool.bytes, page);
  });

  it('lets the next in when the first in line gives up', async () => {
    const pool = new SeatPool(2 * page);
    const place = await pool.take(page);
    const stop = new AbortController();
    const wide = pool.take(2 * page, stop.signal);
    const narrow = pool.take(page);
    stop.abort(new Error('no more'));
    await assert.rejects(wide, /no more/);
    pool.give(await narrow);
    pool.give(place);
    assert.equal(pool.takenCount, 0);
  });

  it('keeps no memory when nobody is seated, where it is told so, and gives it to who waits before', async () => {
    const dropped: number[] = [];
    const pool = new SeatPool(page, { keepsIdle: false, dropped: (placeId) => dropped.push(placeId) });
    const place = await pool.take(page);
    const next = pool.take(page);
    pool.give(place);
    assert.equal(await next, place);
    assert.deepEqual(dropped, []);
    pool.give(place);
    assert.deepEqual(dropped, [place.id]);
    assert.equal(pool.bytes, 0);
  });

  it('numbers places so that no two pools give the same number', async () => {
    const [one, other] = [new SeatPool(page), new SeatPool(page)];
    assert.notEqual((await one.take(page)).id, (await other.take(page)).id);
  });

  it('refuses who waits when it closes, and keeps no memory', async () => {
    const pool = new SeatPool(page);
    const place = await pool.take(page);
    const waiting = pool.take(page);
    pool.close();
    await assert.rejects(waiting, { code: 'not-ready' });
    pool.give(place);
    assert.equal(pool.bytes, 0);
  });
});
