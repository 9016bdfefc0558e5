import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';

/** Where a setting came from. */
export type Origin = 'flag' | 'environment' | 'file' | 'default';

/** Settings of a gateway, each checked. */
export interface Config {
  readonly home: string;
  readonly host: string;
  readonly port: number;
  /** How others reach REST; undefined for the address it listens on. */
  readonly publicUrl: string | undefined;
  readonly logLevel: LogLevel;
  /** Whether a recovery goes on without flushes that can't be read. */
  readonly acceptLoss: boolean;
  readonly origins: Readonly<Record<SettingName, Origin>>;
}

const logLevels = ['debug', 'info', 'warn', 'error'] as const;
/** How much is logged. */
export type LogLevel = (typeof logLevels)[number];

/** Names of settings as the command line writes them after `--`; `DSTORE_` and capitals make their environment names. */
export const settingNames = ['home', 'host', 'port', 'public-url', 'log-level', 'accept-loss'] as const;
export type SettingName = (typeof settingNames)[number];

const environmentName = (name: SettingName) => `DSTORE_${name.toUpperCase().replaceAll('-', '_')}`;

const defaults: Readonly<Record<SettingName, string>> = {
  home: './data',
  host: '127.0.0.1',
  port: '8080',
  'public-url': '',
  'log-level': 'info',
  'accept-loss': 'no',
};

/** A configuration that can't be used; lists everything that is wrong with it. */
export class ConfigFaults extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `the configuration has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
    this.name = 'ConfigFaults';
    this.faults = faults;
  }
}

/** What a configuration is read from. */
export interface ConfigSources {
  /** Arguments such as `--port 8081` or `--port=8081`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of `dstore.yaml`, undefined where there is none. */
  readonly file?: string;
  /** Relative paths start here. */
  readonly folder: string;
}

/** Reads settings: flag before environment before file before default. Throws ConfigFaults with the full list. */
export function readConfig({ argv, env, file, folder }: ConfigSources): Config {
  const faults: string[] = [];
  const flags = flagsOf(argv, faults);
  const fromFile = fileOf(file, faults);
  for (const name of Object.keys(env)) if (isStray(name)) faults.push(`${name}: there is no such setting`);
  const found = Object.fromEntries(
    settingNames.map((name) => [
      name,
      pick(name, { flag: flags[name], environment: env[environmentName(name)], file: fromFile[name] }),
    ]),
  ) as Record<SettingName, Found>;
  const config: Config = {
    home: pathOf(found.home, folder, faults),
    host: hostOf(found.host, faults),
    port: portOf(found.port, faults),
    publicUrl: urlOf(found['public-url'], faults),
    logLevel: wordOf(found['log-level'], logLevels, faults),
    acceptLoss: wordOf(found['accept-loss'], ['no', 'yes'], faults) === 'yes',
    origins: Object.fromEntries(settingNames.map((name) => [name, found[name].origin])) as Record<
      SettingName,
      Origin
    >,
  };
  if (faults.length > 0) throw new ConfigFaults(faults);
  return config;
}

/** Reads the settings of this process, from `dstore.yaml` in the working directory too. Throws ConfigFaults. */
export function readConfigHere(argv: readonly string[]): Config {
  const folder = process.cwd();
  const path = join(folder, 'dstore.yaml');
  const file = existsSync(path) ? { file: readFileSync(path, 'utf8') } : {};
  return readConfig({ argv, env: process.env, folder, ...file });
}

interface Found {
  readonly value: string;
  readonly origin: Origin;
  /** How the source names it, for faults. */
  readonly name: string;
}

/** Of the commands, not of the gateway. */
const foreign = [
  'DSTORE_URL',
  'DSTORE_TOKEN',
  'DSTORE_CACHE',
  'DSTORE_ORGANIZATIONS',
  'DSTORE_EPOCH_SECONDS',
];

function isStray(name: string): boolean {
  return (
    name.startsWith('DSTORE_') &&
    !foreign.includes(name) &&
    !settingNames.some((setting) => environmentName(setting) === name)
  );
}

function pick(
  name: SettingName,
  given: Readonly<Record<'flag' | 'environment' | 'file', string | undefined>>,
): Found {
  if (given.flag !== undefined) return { value: given.flag, origin: 'flag', name: `--${name}` };
  if (given.environment !== undefined && given.environment !== '')
    return { value: given.environment, origin: 'environment', name: environmentName(name) };
  if (given.file !== undefined) return { value: given.file, origin: 'file', name: `dstore.yaml: ${name}` };
  return { value: defaults[name], origin: 'default', name };
}

const isSetting = (name: string): name is SettingName => (settingNames as readonly string[]).includes(name);

function flagsOf(argv: readonly string[], faults: string[]): Partial<Record<SettingName, string>> {
  const flags: Partial<Record<SettingName, string>> = {};
  for (let at = 0; at < argv.length; at += 1) {
    const [, name = '', , inline] = /^--([a-z-]+)(=(.*))?$/.exec(argv[at] ?? '') ?? [];
    if (!isSetting(name)) {
      faults.push(`${argv[at]}: there is no such flag`);
      continue;
    }
    const value = inline ?? argv[(at += 1)];
    if (value === undefined || value === '') faults.push(`--${name}: a value is missing`);
    else if (flags[name] !== undefined) faults.push(`--${name}: given twice`);
    else flags[name] = value;
  }
  return flags;
}

function fileOf(text: string | undefined, faults: string[]): Partial<Record<SettingName, string>> {
  const settings: Partial<Record<SettingName, string>> = {};
  if (text === undefined) return settings;
  let parsed: unknown;
  try {
    // As texts, so that 0x10 or 1e3 is judged as it is written, as everywhere else.
    parsed = parseYaml(text, { schema: 'failsafe' });
  } catch (error) {
    faults.push(`dstore.yaml: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'no YAML'}`);
    return settings;
  }
  if (parsed === null) return settings;
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    faults.push('dstore.yaml: it must be a map of settings');
    return settings;
  }
  for (const [name, value] of Object.entries(parsed as Record<string, unknown>)) {
    if (!isSetting(name)) faults.push(`dstore.yaml: ${name}: there is no such setting`);
    else if (typeof value === 'string') settings[name] = value;
    else faults.push(`dstore.yaml: ${name}: a text or a number is wanted`);
  }
  return settings;
}

function pathOf({ value, name }: Found, folder: string, faults: string[]): string {
  if (value.includes('\0')) faults.push(`${name}: "${value}" is no path`);
  return isAbsolute(value) ? value : resolve(folder, value);
}

function hostOf({ value, name }: Found, faults: string[]): string {
  const loopback = ['127.0.0.1', '::1', 'localhost'];
  if (!loopback.includes(value))
    faults.push(
      `${name}: "${value}" is not loopback (${loopback.join(', ')}); the embedded consortium has no TLS`,
    );
  return value;
}

function portOf({ value, name }: Found, faults: string[]): number {
  const port = /^(?:0|[1-9]\d{0,4})$/.test(value) ? Number(value) : -1;
  if (port < 0 || port > 65_535) faults.push(`${name}: "${value}" is no port (0 to 65535)`);
  return port;
}

function urlOf({ value, name }: Found, faults: string[]): string | undefined {
  if (value === '') return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isBare =
    url !== undefined &&
    ['http:', 'https:'].includes(url.protocol) &&
    url.pathname === '/' &&
    url.search === '';
  if (!isBare) faults.push(`${name}: "${value}" is no URL such as https://dstore.example`);
  return url?.origin;
}

function wordOf<T extends string>({ value, name }: Found, words: readonly [T, ...T[]], faults: string[]): T {
  const word = words.find((known) => known === value);
  if (word === undefined) faults.push(`${name}: "${value}" is none of ${words.join(', ')}`);
  return word ?? words[0];
}
