import { createInterface } from 'node:readline/promises';
import { type Config, ConfigFaults, readConfigHere } from './config.js';
import { removeHome } from './remove-home.js';

const say = (text: string) => process.stderr.write(`${text}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  const argv = process.argv.slice(2);
  const config = configuration(argv.filter((argument) => argument !== '--yes'));
  if (config === undefined) return 2;
  return removeHome(config.home, { say, ask, yes: argv.includes('--yes') });
}

function configuration(argv: readonly string[]): Config | undefined {
  try {
    return readConfigHere(argv);
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error;
    say(error.message);
    return undefined;
  }
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
