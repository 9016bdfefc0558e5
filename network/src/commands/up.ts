import { DirectoryLock } from '../embedded/directory-lock.js';
import { ContainedProcesses } from '../native/contained-processes.js';
import { insistUnexpired } from '../native/expired.js';
import { openNetwork } from './open-network.js';
import type { GatewayAccess } from '../native/index.js';
import { type CommandContext, networkFolder } from './place.js';

/** Brings the network up, from nothing or from wherever it is. `--contained`: containers start the processes. */
export async function up(context: CommandContext): Promise<number> {
  const folder = networkFolder(context.environment);
  const contained = context.args.includes('--contained');
  const network = await openNetwork(
    context,
    contained ? { bare: true, supervisor: new ContainedProcesses(folder) } : {},
  );
  const lock = await DirectoryLock.take(folder);
  try {
    await insistUnexpired(folder, Date.now());
    await network.up();
    if (network.gateway !== undefined) firstLines(network.gateway).forEach(context.print);
  } finally {
    await lock.release();
  }
  return 0;
}

function firstLines({ url, token }: GatewayAccess): string[] {
  return [
    '',
    `export DSTORE_URL=${url} DSTORE_TOKEN=${token}`,
    '  put      npx dstore cp README.md ds://demo/hello.md',
    '  get      npx dstore cat ds://demo/hello.md',
    '  audit    npx dstore audit follow',
    '  status   npm run network:status',
  ];
}
