import { statusOf } from '../native/index.js';
import { openNetwork } from './open-network.js';
import { type CommandContext, networkFolder } from './place.js';

/** Prints a table of the network's processes. Answers 0 when all run, 1 otherwise. */
export async function status(context: CommandContext): Promise<number> {
  const network = await openNetwork({ ...context, say: () => undefined });
  const { processes, firstExpiry } = await statusOf(network, networkFolder(context.environment), Date.now());
  if (processes.length === 0) context.print('The network is not up: npm run network:up');
  else context.print(row('process', 'pid', 'memory', 'blocks'));
  for (const { name, pid, memoryBytes, height } of processes)
    context.print(row(name, String(pid ?? 'down'), mebibytes(memoryBytes), String(height ?? '-')));
  const total = processes.reduce((sum, { memoryBytes = 0 }) => sum + memoryBytes, 0);
  if (processes.length > 0) context.print(row('in all', '', mebibytes(total), ''));
  if (firstExpiry !== undefined)
    context.print(`first certificate to end: ${firstExpiry.path}, in ${firstExpiry.daysLeft} days`);
  return processes.length > 0 && processes.every(({ pid }) => pid !== undefined) ? 0 : 1;
}

function row(name: string, pid: string, memory: string, height: string): string {
  return `${name.padEnd(30)}${pid.padStart(8)}${memory.padStart(12)}${height.padStart(10)}`.trimEnd();
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : `${Math.round(bytes / 2 ** 20)} MiB`;
}
