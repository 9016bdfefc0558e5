import { explain } from '../fault.js';
import { build } from './build.js';
import { compose } from './compose.js';
import { doctor } from './doctor.js';
import { down } from './down.js';
import { logs } from './logs.js';
import { pass } from './pass.js';
import type { CommandContext } from './place.js';
import { reset } from './reset.js';
import { revoke } from './revoke.js';
import { serveLaw } from './serve-law.js';
import { status } from './status.js';
import { up } from './up.js';
import { watch } from './watch.js';

const verbs: Readonly<Record<string, (context: CommandContext) => Promise<number>>> = {
  build,
  up,
  down,
  status,
  logs,
  doctor,
  compose,
  'serve-law': serveLaw,
  pass,
  reset,
  watch,
  revoke,
};

const [verb = '', ...args] = process.argv.slice(2);
const say = (line: string) => void process.stderr.write(`${line}\n`);
const print = (line: string) => void process.stdout.write(`${line}\n`);
const run = verbs[verb];
if (run === undefined) {
  say(`There is no verb "${verb}"; there are ${Object.keys(verbs).join(', ')}.`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await run({ environment: process.env, args, say, print });
  } catch (error) {
    say(explain(error));
    process.exitCode = 1;
  }
}
