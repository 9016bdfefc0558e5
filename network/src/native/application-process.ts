import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runProgram } from '../program.js';
import { applicationFolder, gatewaySettings, providerSettings } from './application-settings.js';
import type { OrgSeat } from './layout.js';
import type { EpochTimes } from './law-params.js';
import type { ProcessSpec, Supervisor } from './supervisor.js';
import { untilReady } from './wait.js';
import { writeDurably } from './write-durably.js';

/** The application, which this workspace starts and never imports. */
export interface Application {
  /** Paths of its compiled entry points. */
  readonly serve: string;
  readonly found: string;
  readonly times: EpochTimes;
}

/** Credits that the founders mint for the first owner, and for each provider. */
const allotment = { owner: '1000000000', provider: '10000000' };

/** What an organization's process of the application does. */
type Part = 'provider' | 'gateway';

/** Names of an organization's processes of the application. */
export const providerProcess = (seat: OrgSeat) => `${seat.name}.provider`;
export const gatewayProcess = (seat: OrgSeat) => `${seat.name}.gateway`;

const settingsFile = (seat: OrgSeat, part: Part) => join(applicationFolder(seat, part), 'dstore.yaml');

/** Where a gateway leaves its owner's token at its first start. */
export const tokenFile = (seat: OrgSeat) => join(applicationFolder(seat, 'gateway'), 'gateway.token');

/** How a process of the application is started. */
export function applicationSpec(
  { serve }: Pick<Application, 'serve'>,
  seat: OrgSeat,
  part: Part,
): ProcessSpec {
  const doors = seat.org.sites.flatMap(({ disks }) => disks).map((_, at) => seat.ports.door + at);
  return {
    name: part === 'gateway' ? gatewayProcess(seat) : providerProcess(seat),
    program: process.execPath,
    args: ['--enable-source-maps', serve, '--config', settingsFile(seat, part)],
    cwd: applicationFolder(seat, part),
    ports: part === 'gateway' ? [seat.ports.http] : doors,
  };
}

/** The application's processes on a network: one provider per organization, a gateway in the first. */
export class ApplicationProcesses {
  readonly #application: Application;
  readonly #supervisor: Supervisor;
  readonly #seats: readonly OrgSeat[];
  readonly #channel: string;

  constructor(application: Application, supervisor: Supervisor, seats: readonly OrgSeat[], channel: string) {
    this.#application = application;
    this.#supervisor = supervisor;
    this.#seats = seats;
    this.#channel = channel;
  }

  /** Founds the consortium as far as it is not founded: this machine has the keys of all. */
  async found(folder: string): Promise<void> {
    const [first] = this.#seats;
    if (first === undefined) return;
    const providers = await Promise.all(this.#seats.map((seat) => this.#keepSettings(seat, 'provider')));
    const settings = [...providers, await this.#keepSettings(first, 'gateway')];
    const { times, found } = this.#application;
    const params = Object.fromEntries(Object.entries(times).map(([name, value]) => [name, String(value)]));
    const path = join(folder, 'charter.json');
    await writeDurably(path, JSON.stringify({ settings, params, allotment }, undefined, 2));
    await runProgram(process.execPath, [found, path]);
  }

  async startProviders(): Promise<string> {
    await Promise.all(this.#seats.map((seat) => this.#start(seat, 'provider')));
    return `${this.#seats.flatMap(({ org }) => org.sites.flatMap(({ disks }) => disks)).length} disks`;
  }

  /** Answers what a person needs to speak with the first organization's gateway. */
  async startGateway(): Promise<GatewayAccess | undefined> {
    const [first] = this.#seats;
    if (first === undefined) return undefined;
    await this.#start(first, 'gateway');
    const token = await readFile(tokenFile(first), 'utf8');
    return { url: `http://127.0.0.1:${first.ports.http}`, token: token.trim() };
  }

  async #start(seat: OrgSeat, part: Part): Promise<void> {
    await this.#keepSettings(seat, part);
    const spec = applicationSpec(this.#application, seat, part);
    await this.#supervisor.start(spec);
    await untilReady(this.#supervisor, spec.name, async () => {
      const ready = await readFile(join(spec.cwd, 'ready'), 'utf8').catch(() => '');
      return Number(ready) === (await this.#supervisor.pidOf(spec.name));
    });
  }

  async #keepSettings(seat: OrgSeat, part: Part): Promise<string> {
    const settings = part === 'gateway' ? gatewaySettings : providerSettings;
    const path = settingsFile(seat, part);
    // JSON is YAML.
    await writeDurably(path, `${JSON.stringify(settings(seat, this.#seats, this.#channel), undefined, 2)}\n`);
    return path;
  }
}

/** How a gateway is reached. */
export interface GatewayAccess {
  readonly url: string;
  readonly token: string;
}
