import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type ProcessSpec, Supervisor } from './supervisor.js';
import { writeDurably } from './write-durably.js';

/** The file that a process' container waits for, below the network's folder. */
export const startFile = (folder: string, name: string) => join(folder, 'run', `${name}.start`);

/**
 * Processes that somebody else starts, each in a container of its own, as soon as its start file is there; the container
 * starts it again, too. All count as running: whoever waits for one waits until it answers, or for as long as it waits.
 */
export class ContainedProcesses extends Supervisor {
  readonly #folder: string;

  constructor(folder: string) {
    super(folder);
    this.#folder = folder;
  }

  /** Lets the container start its process, if it has not yet. */
  override async start({ name, cwd }: ProcessSpec): Promise<boolean> {
    await mkdir(cwd, { recursive: true, mode: 0o700 });
    await writeDurably(startFile(this.#folder, name), '');
    return false;
  }

  /** Containers are stopped from outside. */
  override async stop(_name: string): Promise<void> {}

  /** Each is the first process of its container. */
  override async pidOf(_name: string): Promise<number | undefined> {
    return 1;
  }

  override async names(): Promise<string[]> {
    return [];
  }
}
