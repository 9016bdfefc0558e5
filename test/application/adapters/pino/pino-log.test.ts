import assert from 'node:assert/strict';
import { PinoLog, type Verbosity } from '@dstore/application/adapters/pino/pino-log.js';
import { Fault } from '@dstore/application/ports/fault.js';

function logAt(level: Verbosity) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { lines, log: new PinoLog({ write }, level, { msp: 'Org1' }) };
}

describe('PinoLog', () => {
  it('writes a line of JSON: time, level, message, facts', () => {
    const { lines, log } = logAt('debug');
    log.info('started', { url: 'http://127.0.0.1:1', epoch: 7n });
    const [line] = lines;
    assert.match(String(line?.['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(
      { ...line, time: '' },
      { time: '', level: 'info', msg: 'started', msp: 'Org1', url: 'http://127.0.0.1:1', epoch: '7' },
    );
  });

  it('says nothing below its level', () => {
    const levels = ['debug', 'info', 'warn', 'error'] as const;
    for (const [at, level] of levels.entries()) {
      const { lines, log } = logAt(level);
      for (const each of levels) log[each]('said');
      assert.deepEqual(
        lines.map((line) => line['level']),
        levels.slice(at),
      );
    }
  });

  it('writes errors with their codes, causes and stacks', () => {
    const { lines, log } = logAt('info');
    const cause = new Error('the medium');
    log.error('failed', { error: new Fault('disk-failed', 'no write', { retryable: true, cause }) });
    const error = lines[0]?.['error'] as Record<string, unknown>;
    assert.equal(error['code'], 'disk-failed');
    assert.match(String(error['message']), /no write/);
    assert.match(String(error['stack']), /pino-log\.test/);
  });
});
