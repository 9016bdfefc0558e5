import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Session } from './session.js';

type Execute = (verb: (session: Session) => Promise<void>) => Promise<void>;

function howMany(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000) throw new InvalidArgumentError('1 to 1000');
  return value;
}

function whole(text: string): string {
  if (!/^(?:0|[1-9]\d{0,37})$/.test(text)) throw new InvalidArgumentError('a whole number, such as 720');
  return text;
}

const wholeOrNone = (text: string) => (text === 'none' ? text : whole(text));
const words = (text: string) => text.split(',').filter((word) => word !== '');

const capacity = () => new Option('--capacity <size>', 'such as 4GiB').makeOptionMandatory();
const term = () => new Option('--term <epochs>', 'how many epochs').argParser(whole).makeOptionMandatory();
const maxPrice = (otherwise: string) =>
  new Option('--max-price <credits>', `most for a GiB and epoch; ${otherwise}`).argParser(whole);

const verbs = () => import('./verbs/lease.js');

/** Adds `dstore lease`: looking at leases, and what the owner does to them. */
export function addLeaseVerbs(program: Command, execute: Execute): void {
  const lease = program.command('lease').description('leases: space on disks of others, and what it costs');
  addLooks(lease, execute);
  addChanges(lease, execute);
  addPolicy(lease, execute);
}

function addLooks(lease: Command, execute: Execute): void {
  lease
    .command('ls')
    .description('all of the consortium')
    .addOption(new Option('--state <state>').choices(['active', 'closed', 'defaulted']))
    .action((options) =>
      execute(async (session) => (await import('./verbs/look.js')).listLeases(session, options as never)),
    );
  lease
    .command('show <lease>')
    .description('one, by the start of its id')
    .action((id: string) => execute(async (session) => (await verbs()).showLease(session, id)));
  lease
    .command('quote')
    .description('where so many could be had, the cheapest first, and for how much')
    .addOption(capacity())
    .addOption(term())
    .option('--count <number>', 'how many leases', howMany, 1)
    .action((options) => execute(async (session) => (await verbs()).quoteLeases(session, options as never)));
}

function addChanges(lease: Command, execute: Execute): void {
  lease
    .command('open <disk>')
    .description('lease space on a disk; its rent goes into escrow')
    .addOption(capacity())
    .addOption(term())
    .addOption(maxPrice('as the disk asks now if not given'))
    .action((disk: string, options) =>
      execute(async (session) => (await verbs()).openLease(session, disk, options as never)),
    );
  lease
    .command('extend <lease>')
    .description('lengthen its term; once an epoch')
    .addOption(term())
    .addOption(maxPrice('the price of the lease if not given'))
    .action((id: string, options) =>
      execute(async (session) => (await verbs()).extendLease(session, id, options as never)),
    );
  lease
    .command('close <lease>')
    .description('end an empty one; before its term is over the notice is paid')
    .option('--yes', 'without asking')
    .action((id: string, options) =>
      execute(async (session) => (await verbs()).closeLease(session, id, options as never)),
    );
}

function addPolicy(lease: Command, execute: Execute): void {
  lease
    .command('policy')
    .description('how the gateway leases by itself; with options, how it does from now on')
    .addOption(new Option('--auto <word>', 'whether it does').choices(['yes', 'no']))
    .addOption(maxPrice('it opens none that costs more'))
    .option('--min-collateral-rate <credits>', 'least stake for a GiB', whole)
    .option('--term <epochs>', 'of a lease', whole)
    .option('--capacity <size>', 'of a new lease, and of each step of growth')
    .option('--headroom <size>', 'room kept free in each')
    .option('--budget <credits>', 'most in escrow for all leases together, or none: no limit', wholeOrNone)
    .option('--avoid <disks>', 'disks that it opens no lease on, with commas; "" for none', words)
    .action((options) => execute(async (session) => (await verbs()).leasePolicy(session, options as never)));
}
