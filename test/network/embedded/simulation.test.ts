import { Simulation } from '@dstore/network/embedded/simulation.js';
import { WorldState } from '@dstore/network/embedded/world-state.js';
import assert from 'node:assert/strict';

const version = { block: 3, tx: 1 };
const state = WorldState.of(['a', 'b', 'c'].map((key) => [key, { value: Buffer.from(key), version }]));
const fresh = () => new Simulation(state);
const range = (simulation: Simulation, start: string, end: string) =>
  simulation.handleGetStateByRange('', start, end, 'channel', 'tx');

describe('Simulation', () => {
  it('records each key it read with the version it had', async () => {
    const simulation = fresh();
    assert.equal((await simulation.handleGetState('', 'a')).toString(), 'a');
    assert.equal((await simulation.handleGetState('', 'z')).length, 0);
    await simulation.handleGetState('', 'a');
    assert.deepEqual(simulation.rwSet.reads, [
      { key: 'a', version },
      { key: 'z', version: undefined },
    ]);
  });

  it('never reads its own writes, in a range neither', async () => {
    const simulation = fresh();
    await simulation.handlePutState('', 'a', Buffer.from('changed'));
    await simulation.handlePutState('', 'aa', Buffer.from('new'));
    await simulation.handleDeleteState('', 'b');
    assert.equal((await simulation.handleGetState('', 'a')).toString(), 'a');
    const { iterator } = await range(simulation, 'a', 'c');
    assert.equal((await iterator.next()).value?.key, 'a');
    assert.equal((await iterator.next()).value?.key, 'b');
    assert.equal((await iterator.next()).done, true);
  });

  it('records a range as far as it was read', async () => {
    const simulation = fresh();
    const { iterator } = await range(simulation, 'a', '');
    await iterator.next();
    await iterator.close();
    const whole = await range(simulation, 'b', '');
    while ((await whole.iterator.next()).done !== true);
    const [partial, exhausted] = simulation.rwSet.ranges;
    assert.deepEqual(partial, { start: 'a', end: '', exhausted: false, reads: [{ key: 'a', version }] });
    assert.deepEqual([exhausted?.exhausted, exhausted?.reads.map(({ key }) => key)], [true, ['b', 'c']]);
  });

  it('lets the last write of a key count, and joins its policy', async () => {
    const simulation = fresh();
    await simulation.handlePutState('', 'a', Buffer.from('1'));
    await simulation.handlePutStateMetadata('', 'a', 'VALIDATION_PARAMETER', Buffer.from('p'));
    await simulation.handlePutState('', 'a', Buffer.from('2'));
    assert.deepEqual(simulation.rwSet.writes.get('a'), { value: Buffer.from('2'), policy: Buffer.from('p') });
    await simulation.handleDeleteState('', 'a');
    assert.deepEqual(simulation.rwSet.writes.get('a'), { value: null });
  });

  it('refuses what this network does not have', async () => {
    const simulation = fresh();
    await assert.rejects(simulation.handleGetState('secrets', 'a'), /private data/);
    await assert.rejects(simulation.handlePutState('', 'a', Buffer.alloc(0)), /empty/);
    await assert.rejects(simulation.handlePutState('', 'ä', Buffer.from('x')), /ASCII/);
    await assert.rejects(simulation.handlePutStateMetadata('', 'a', 'OTHER', Buffer.from('x')), /OTHER/);
    await assert.rejects(simulation.handleGetHistoryForKey(), /history/);
    await assert.rejects(simulation.handleGetQueryResult(), /rich queries/);
    await assert.rejects(simulation.handleInvokeChaincode(), /chaincode/);
    const pages = simulation.handleGetStateByRange('', 'a', 'b', 'c', 't', new Uint8Array(1));
    await assert.rejects(pages, /pages/);
  });
});
