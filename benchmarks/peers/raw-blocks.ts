import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';

const blockBytes = 1 << 20;
/** At each daemon at a time. */
const inFlight = 2;
const boundary = 'dstore-benchmark-block';
const head = Buffer.from(
  `--${boundary}\r\nContent-Disposition: form-data; name="data"; filename="block"\r\nContent-Type: application/octet-stream\r\n\r\n`,
);
const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
const path = '/api/v0/block/put?cid-codec=raw&mhtype=blake3&pin=true';

/** Puts so many new blocks of 1 MiB over Kubo's RPC, spread over the daemons as shards are; answers milliseconds. */
export async function putBlocks(rpcs: readonly string[], count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  const block = randomBytes(blockBytes);
  let next = 0;
  const lane = async (rpc: string) => {
    while (next < count) {
      const own = Buffer.from(block);
      own.writeUInt32BE((next += 1), 0);
      await putBlock(agent, rpc, own);
    }
  };
  const began = performance.now();
  const lanes = rpcs.flatMap((rpc) => Array.from({ length: inFlight }, () => lane(rpc)));
  await Promise.all(lanes).finally(() => agent.destroy());
  return performance.now() - began;
}

function putBlock(agent: Agent, rpc: string, block: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': head.length + block.length + tail.length,
    };
    const call = request(`${rpc}${path}`, { method: 'POST', agent, headers }, (answer) => {
      answer.on('error', reject).on('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`block/put: ${answer.statusCode}`));
      });
      answer.resume();
    });
    call.on('error', reject);
    for (const piece of [head, block]) call.write(piece);
    call.end(tail);
  });
}
