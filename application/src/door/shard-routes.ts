import { maxShardBytes } from '../core/shard.js';
import { Denial } from '../ports/fault.js';
import { type Answer, done } from './answer.js';
import { readBody } from './body.js';
import { type Call, digestIn, leaseIdIn } from './call.js';
import type { DoorUseCases } from './door-use-cases.js';

/** Fewest bytes of a shard (protocol section 3). */
const leastShardBytes = 64;

/** `PUT /v1/leases/{leaseId}/shards/{cid}`: answers when the shard is durable. */
export async function putShard(useCases: Pick<DoorUseCases, 'storeShard'>, call: Call): Promise<Answer> {
  const leaseId = leaseIdIn(call);
  const digest = digestIn(call.parts[1]);
  const room = call.rooms.take();
  const bytes = await readBody(call.request, call.response, {
    least: leastShardBytes,
    most: maxShardBytes,
    tooLarge: 'shard-too-large',
    silenceMs: call.silenceMs,
    room,
  });
  await useCases.storeShard.run(call.caller, leaseId, digest, bytes);
  // After a failure a disk might still read it.
  call.rooms.give(room);
  return done;
}

/** `GET /v1/shards/{cid}`. */
export async function getShard(useCases: Pick<DoorUseCases, 'readShard'>, call: Call): Promise<Answer> {
  const body = await useCases.readShard.run(digestIn(call.parts[0]));
  const taken = () => useCases.readShard.done(body);
  return { status: 200, headers: headersOf(body.length), body, taken };
}

/** `HEAD /v1/shards/{cid}`: size and presence, without a read. */
export async function headShard(useCases: Pick<DoorUseCases, 'readShard'>, call: Call): Promise<Answer> {
  const size = await useCases.readShard.sizeOf(digestIn(call.parts[0]));
  if (size === undefined) throw new Denial('shard-unknown', 'the shard is not on this disk');
  return { status: 200, headers: headersOf(size) };
}

function headersOf(size: number): Answer['headers'] {
  return { 'content-type': 'application/vnd.ipld.raw', 'content-length': size };
}
