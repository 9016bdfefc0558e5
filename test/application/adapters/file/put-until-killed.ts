import { randomBytes } from 'node:crypto';
import { FileDisk } from '@dstore/application/adapters/file/file-disk.js';
import { shardDigest } from '@dstore/application/core/shard.js';

// Puts blocks into the disk at argv[2], four at a time, and says each digest once it was acknowledged.
const disk = await FileDisk.open(process.argv[2] as string);
process.stdout.write('open\n');
const lane = async (): Promise<never> => {
  for (;;) {
    const bytes = randomBytes(64 + Math.floor(Math.random() * 200_000));
    const digest = shardDigest(bytes);
    await disk.put(digest, bytes);
    process.stdout.write(`${digest}\n`);
  }
};
await Promise.all([lane(), lane(), lane(), lane()]);
