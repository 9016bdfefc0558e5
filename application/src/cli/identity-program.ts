import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Speaker } from './speaker.js';

type Speak = (verb: (speaker: Speaker) => Promise<void>) => Promise<void>;

const reasons = ['unspecified', 'keycompromise', 'affiliationchange', 'superseded', 'cessationofoperation'];

function enrollments(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || (value !== -1 && (value < 1 || value > 1000)))
    throw new InvalidArgumentError('1 to 1000, or -1 for any number');
  return value;
}

/** The verbs by which members enrol; they speak with a CA, and keys are made and kept where they run. */
export function addIdentityVerbs(program: Command, speak: Speak): void {
  const verbs = () => import('./verbs/identity.js');
  const identity = program.command('identity').description('members and their certificates');
  const atCa = (name: string, description: string) =>
    identity
      .command(name)
      .description(description)
      .requiredOption('--org <name>', 'the organization, or its org.yaml')
      .addOption(new Option('--ca <which>', 'of its CAs').choices(['identity', 'tls']).default('identity'))
      .option('--ca-address <host:port>', 'where the CA is, unless on this machine')
      .option('--ca-root <file>', "root of the CA's own TLS certificate, PEM");
  const asRegistrar = (command: Command) =>
    command.option(
      '--registrar-secret-file <file>',
      'who may register and revoke, unless this machine runs the CA',
    );
  const ofMember = (name: string, description: string) =>
    atCa(name, description)
      .requiredOption('--id <id>', 'the enrolment id')
      .option('--out <folder>', 'where key and certificate are kept')
      .option('--passphrase-file <file>', 'seals the key; the file ends with one line break or none');
  ofMember('enroll', 'make a key, have it certified, keep both')
    .option('--secret-file <file>', 'the secret of the id; without it, or with -, from standard input')
    .option('--csr', 'only make a key and print its request, for a CA or gateway out of reach')
    .option('--chain <file>', 'the certificate and its chain that answered the request of --csr')
    .action((options) => speak(async (speaker) => (await verbs()).enroll(speaker, options as never)));
  ofMember('renew', 'a new certificate for a member kept here')
    .option('--fresh-key', 'for a new key')
    .action((options) => speak(async (speaker) => (await verbs()).renew(speaker, options as never)));
  asRegistrar(atCa('register', 'make an id known and print its secret'))
    .requiredOption('--id <id>', 'the enrolment id')
    .option('--roles <roles>', 'such as owner,treasurer')
    .option('--enrollments <count>', 'how often the secret may be used', enrollments, 1)
    .action((options) => speak(async (speaker) => (await verbs()).register(speaker, options as never)));
  asRegistrar(atCa('revoke', 'take all certificates of an id back, at the CA'))
    .requiredOption('--id <id>', 'the enrolment id')
    .addOption(new Option('--reason <reason>').choices(reasons).default('unspecified'))
    .action((options) => speak(async (speaker) => (await verbs()).revoke(speaker, options as never)));
  asRegistrar(atCa('ls', 'everybody whom the CA knows')).action((options) =>
    speak(async (speaker) => (await verbs()).list(speaker, options as never)),
  );
}
