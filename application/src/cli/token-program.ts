import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Session } from './session.js';

type Execute = (verb: (session: Session) => Promise<void>) => Promise<void>;

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time, or how long from now: `30d`, `12h`, `15m`. */
function momentOf(text: string): string {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const time = count === undefined ? Date.parse(text) : Date.now() + Number(count) * (units[unit] ?? 0);
  if (Number.isNaN(time)) throw new InvalidArgumentError('30d, 12h, 15m or a time such as 2030-01-31');
  return new Date(time).toISOString();
}

const collect = (value: string, before: readonly string[] = []) => [...before, value];
const words = (text: string) => text.split(',');

/** The verbs for API tokens. */
export function addTokenVerbs(program: Command, execute: Execute): void {
  const verbs = () => import('./verbs/token.js');
  const token = program.command('token').description('API tokens of the gateway');
  token
    .command('ls')
    .description('all of them, without their texts')
    .action(() => execute(async (session) => (await verbs()).listTokens(session)));
  token
    .command('create <name>')
    .alias('add')
    .description('make one and print its text, which is shown this once')
    .addOption(
      new Option('--role <role>', 'what it may')
        .choices(['reader', 'writer', 'owner', 'auditor'])
        .default('reader'),
    )
    .option('--bucket <bucket>', 'of these buckets only; may be repeated', collect)
    .option('--prefix <prefix>', 'of keys that begin so only; may be repeated', collect)
    .option('--verbs <verbs>', 'of these only: get,put,list,delete', words)
    .option('--expires <when>', 'from when it is refused: 30d, 12h, 15m or a time', momentOf)
    .action((name: string, options) =>
      execute(async (session) => (await verbs()).createToken(session, name, options as never)),
    );
  token
    .command('rotate <id>')
    .description('give it a new text; the old one is good for a day more')
    .option('--old-expires <when>', 'until when the old text is good: 2h, 0m or a time', momentOf)
    .action((id: string, options) =>
      execute(async (session) => (await verbs()).rotateToken(session, id, options as never)),
    );
  token
    .command('rm <id>')
    .description('refuse it from now on')
    .option('--yes', 'without asking')
    .action((id: string, options) =>
      execute(async (session) => (await verbs()).removeToken(session, id, options as never)),
    );
}
