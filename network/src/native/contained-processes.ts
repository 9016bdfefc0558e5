import { type ProcessSpec, Supervisor } from './supervisor.js';

/**
 * Processes that somebody else starts, each in a container of its own, as soon as what it needs is there. Nothing is
 * started here and all count as running: whoever waits for one waits until it answers, or for as long as it waits.
 */
export class ContainedProcesses extends Supervisor {
  override async start(_spec: ProcessSpec): Promise<boolean> {
    return false;
  }

  override async pidOf(_name: string): Promise<number | undefined> {
    return 1;
  }

  override async names(): Promise<string[]> {
    return [];
  }
}
