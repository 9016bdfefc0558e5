import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addIdentityVerbs } from './identity-program.js';
import { addLeaseVerbs } from './lease-program.js';
import { exitOf, exits, nextStep, UsageError } from './outcome.js';
import type { Session } from './session.js';
import type { Terminal } from './terminal.js';
import { addTokenVerbs } from './token-program.js';

interface GlobalOptions {
  readonly url: string;
  readonly token?: string;
  readonly json?: boolean;
}

type Verb = (session: Session) => Promise<void>;

/** Runs the command; resolves with its exit code. A verb's code is loaded when it is called. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const program = build(terminal);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exits.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exits.done : exits.usage;
    return report(error, terminal);
  }
}

function report(error: unknown, { stderr, signal }: Terminal): number {
  if (signal.aborted) return exits.interrupted;
  const { code } = error as { code?: string };
  const message = error instanceof Error && error.message !== '' ? error.message : String(code ?? error);
  stderr.write(
    `dstore: ${message}${typeof code === 'string' && !message.includes(code) ? ` (${code})` : ''}\n`,
  );
  const next = nextStep(error);
  if (next !== undefined) stderr.write(`Next: ${next}\n`);
  return exitOf(error);
}

function build(terminal: Terminal): Command {
  const program = new Command('dstore')
    .description('Objects on leased disks that nobody has to trust')
    .addOption(
      new Option('--url <url>', 'where the gateway is').env('DSTORE_URL').default('http://localhost:8080'),
    )
    .addOption(new Option('--token <token>', 'who you are').env('DSTORE_TOKEN'))
    .option('--json', 'a line of JSON for each item')
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })
    .showHelpAfterError('Next: dstore --help')
    .exitOverride();
  const execute = async (verb: Verb) => {
    const { url, token, json = false } = program.opts<GlobalOptions>();
    if (!URL.canParse(url)) throw new UsageError(`"${url}" is no URL`, '--url http://localhost:8080');
    const [{ GatewayClient }, { Session: Made }] = await Promise.all([
      import('./gateway-client.js'),
      import('./session.js'),
    ]);
    const client = new GatewayClient(url, token, terminal.signal);
    try {
      await verb(new Made(client, terminal, json));
    } finally {
      await client.close();
    }
  };
  addDataVerbs(program, execute);
  addLedgerVerbs(program, execute);
  addLeaseVerbs(program, execute);
  addDemoVerbs(program, execute);
  addTokenVerbs(program, execute);
  addIdentityVerbs(program, async (verb) => {
    const { Speaker } = await import('./speaker.js');
    await verb(new Speaker(terminal, program.opts<GlobalOptions>().json ?? false));
  });
  return program;
}

type Execute = (verb: Verb) => Promise<void>;

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 64) throw new InvalidArgumentError('1 to 64');
  return value;
}

const collect = (value: string, before: readonly string[] = []) => [...before, value];

function addDataVerbs(program: Command, execute: Execute): void {
  program
    .command('cp <from> <to>')
    .description('put or get; - is standard input or output')
    .option('-r, --recursive', 'everything below a folder or prefix')
    .option('--parallel <count>', 'transfers at a time', positive, 4)
    .option('--type <media-type>', 'Content-Type of what is put')
    .option('--meta <name=value>', 'metadata of what is put; may be repeated', collect)
    .option('--if-absent', 'put only where nothing is')
    .action((from: string, to: string, options) =>
      execute(async (session) => (await import('./verbs/copy.js')).copy(session, from, to, options as never)),
    );
  program
    .command('cat <object>')
    .description('an object on standard output')
    .option('--range <from-to>', 'bytes of it, such as 0-99, 100- or -100')
    .action((from: string, options) =>
      execute(async (session) =>
        (await import('./verbs/copy.js')).concatenate(session, from, options as never),
      ),
    );
  program
    .command('ls [prefix]')
    .description('buckets, or objects under ds://bucket/prefix')
    .option('-r, --recursive', 'all below it')
    .option('--long', 'size, time and version too')
    .action((where: string | undefined, options) =>
      execute(async (session) => (await import('./verbs/list.js')).list(session, where, options as never)),
    );
  program
    .command('rm <object>')
    .description('delete')
    .option('-r, --recursive', 'everything under the prefix')
    .option('--yes', 'without asking')
    .action((where: string, options) =>
      execute(async (session) =>
        (await import('./verbs/change.js')).remove(session, where, options as never),
      ),
    );
  program
    .command('mb <bucket>')
    .description('make a bucket')
    .option('--geometry <k+m>', 'data and parity shards of a stripe, such as 4+2')
    .addOption(new Option('--versions <which>', 'which versions stay').choices(['latest', 'keep']))
    .option('--quota <size>', 'most bytes of all versions, such as 500GiB')
    .action((where: string, options) =>
      execute(async (session) =>
        (await import('./verbs/change.js')).makeBucket(session, where, options as never),
      ),
    );
  program
    .command('stat <object>')
    .description('what an object is')
    .option('--shards', 'whose disks it lies on, and how many may be lost')
    .action((where: string, options) =>
      execute(async (session) => (await import('./verbs/look.js')).stat(session, where, options as never)),
    );
}

function addLedgerVerbs(program: Command, execute: Execute): void {
  const watch = () => import('./verbs/watch.js');
  const look = () => import('./verbs/look.js');
  const audit = program.command('audit').description('verdicts on disks');
  audit
    .command('ls')
    .description('verdicts of the last epochs')
    .option('--epoch <number>', 'of one epoch')
    .option('--disk <disk>', 'of one disk')
    .option('--lease <lease>', 'of one lease')
    .addOption(new Option('--verdict <verdict>').choices(['proven', 'refused', 'missed', 'lost']))
    .action((options) => execute(async (session) => (await watch()).listAudits(session, options as never)));
  audit
    .command('follow')
    .description('verdicts as they come')
    .action(() => execute(async (session) => (await watch()).followAudits(session)));
  const repair = program.command('repair').description('how redundancy is restored');
  repair
    .command('ls')
    .description('how it stands')
    .action(() => execute(async (session) => (await watch()).showRepair(session)));
  repair
    .command('follow')
    .description('whatever changes')
    .action(() => execute(async (session) => (await watch()).followRepair(session)));
  program
    .command('disk')
    .description('disks of the consortium')
    .command('ls')
    .description('all of them')
    .action(() => execute(async (session) => (await look()).listDisks(session)));
  program
    .command('supply')
    .description('all money, and that it adds up')
    .action(() => execute(async (session) => (await look()).showSupply(session)));
  program
    .command('status')
    .description('how the vault stands')
    .action(() => execute(async (session) => (await look()).status(session)));
}

function addDemoVerbs(program: Command, execute: Execute): void {
  const verbs = () => import('./verbs/demo.js');
  const demo = program.command('demo').description('break the embedded demo');
  demo
    .command('lose <disk>')
    .description('lose a disk with all that is on it')
    .action((disk: string) => execute(async (session) => (await verbs()).loseDisk(session, disk)));
  demo
    .command('restore <disk>')
    .description('bring it back, empty')
    .action((disk: string) => execute(async (session) => (await verbs()).restoreDisk(session, disk)));
  demo
    .command('add')
    .description('one more organization with a disk')
    .action(() => execute(async (session) => (await verbs()).addDisk(session)));
}
