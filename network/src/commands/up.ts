import { DirectoryLock } from '../embedded/directory-lock.js';
import { ContainedProcesses } from '../native/contained-processes.js';
import { insistUnexpired } from '../native/expired.js';
import { openNetwork } from './open-network.js';
import { gatewayProcess, tokenFile } from '../native/application-process.js';
import type { GatewayAccess } from '../native/index.js';
import type { OrgSeat } from '../native/layout.js';
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
      firstLines(contained ? { ...gateway, token: tokenInside(seats) } : gateway).forEach(context.print);
  } finally {
    await lock.release();
  }
  return 0;
}

/** What a shell puts in the token's place: whoever may read the logs of containers may not have it. */
function tokenInside([first]: readonly OrgSeat[]): string {
  return first === undefined
    ? ''
    : `$(docker compose exec -T ${gatewayProcess(first)} cat ${tokenFile(first)})`;
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
