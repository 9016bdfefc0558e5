import { DirectoryLock } from '../embedded/directory-lock.js';
import { gatewayProcess, tokenFile } from '../native/application-process.js';
import { ContainedProcesses } from '../native/contained-processes.js';
import { insistUnexpired } from '../native/expired.js';
import type { GatewayAccess } from '../native/index.js';
import type { OrgSeat } from '../native/layout.js';
import { openNetwork } from './open-network.js';
import { type CommandContext, networkFolder } from './place.js';

/** Brings the network up, from nothing or from wherever it is. `--contained`: containers start the processes. */
export async function up(context: CommandContext): Promise<number> {
  const folder = networkFolder(context.environment);
  const contained = context.args.includes('--contained');
  const network = await openNetwork(context, contained ? { supervisor: new ContainedProcesses(folder) } : {});
  const lock = await DirectoryLock.take(folder);
  try {
    await insistUnexpired(folder, Date.now());
    await network.up();
    const { gateway, seats } = network;
    if (gateway !== undefined)
      (contained ? linesInside(gateway, seats) : firstLines(gateway)).forEach(context.print);
  } finally {
    await lock.release();
  }
  return 0;
}

function firstLines({ url, token }: GatewayAccess, status = 'npm run network:status'): string[] {
  return [
    '',
    `export DSTORE_URL=${url} DSTORE_TOKEN=${token}`,
    '  put      npx dstore cp README.md ds://demo/hello.md',
    '  get      npx dstore cat ds://demo/hello.md',
    '  audit    npx dstore audit follow',
    `  status   ${status}`,
  ];
}

/** The shell puts the token in: whoever may read the logs of containers may not have it. */
function linesInside({ url }: GatewayAccess, [first]: readonly OrgSeat[]): string[] {
  if (first === undefined) return [];
  const token = `$(docker compose exec -T ${gatewayProcess(first)} cat ${tokenFile(first)})`;
  return firstLines({ url, token }, 'docker compose ps');
}
