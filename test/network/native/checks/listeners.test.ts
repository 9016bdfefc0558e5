import { isLoopback, listeners, listenersIn, socketsOf } from '@dstore/network/native/checks/listeners.js';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const line = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0`;

describe('who listens', () => {
  it('is read from the table of the system, in its byte order', () => {
    const rows = [
      line('0100007F:1F90', '0A'),
      line('00000000:0050', '0A'),
      line('0100007F:1F91', '01'),
      line('00000000000000000000000000000000:0051', '0A'),
      line('00000000000000000000000001000000:0052', '0A'),
      line('0000000000000000FFFF00000100007F:0053', '0A'),
    ];
    assert.deepEqual(
      listenersIn([head, ...rows, ''].join('\n')).map(({ address, port }) => `${address} ${port}`),
      ['127.0.0.1 8080', '0.0.0.0 80', ':: 81', '::1 82', '::ffff:127.0.0.1 83'],
    );
  });

  it('is on loopback or is not', () => {
    assert.deepEqual(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].map(isLoopback), [
      true,
      true,
      true,
      true,
    ]);
    assert.deepEqual(['0.0.0.0', '::', '10.0.0.1', '::ffff:10.0.0.1'].map(isLoopback), [
      false,
      false,
      false,
      false,
    ]);
  });

  if (process.platform === 'linux')
    it('is this process when it does', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const { port } = server.address() as AddressInfo;
        const mine = (await listeners())?.find((each) => each.port === port && each.address === '127.0.0.1');
        assert.ok(mine !== undefined);
        assert.ok((await socketsOf(process.pid)).includes(mine.inode));
      } finally {
        server.close();
      }
    });
});
