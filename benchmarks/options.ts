/** What a benchmark was asked for on its command line. */
export interface Options {
  /** A round of each with little data: shows that it runs, not how fast. */
  readonly smoke: boolean;
  readonly json: boolean;
  /** Bytes of a large object. */
  readonly bytes: number;
  readonly rounds: number;
  /** Objects that growth goes up to. */
  readonly objects: number;
}

const smoke = process.argv.includes('--smoke');

/** Options of this process. */
export const options: Options = {
  smoke,
  json: process.argv.includes('--json'),
  bytes: mebibytes('size', smoke ? 8 : 1024) << 20,
  rounds: number('rounds', smoke ? 1 : 3),
  objects: number('objects', smoke ? 300 : 100_000),
};

function mebibytes(name: string, otherwise: number): number {
  const found = number(name, otherwise);
  if (found > 2047) throw new RangeError(`--${name} is in MiB, at most 2047`);
  return found;
}

function number(name: string, otherwise: number): number {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  if (given === undefined) return otherwise;
  const value = Number(given.slice(name.length + 3));
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${given} is no whole number above 0`);
  return value;
}
